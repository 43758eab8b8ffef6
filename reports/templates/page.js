"use strict";
(function () {
  const form = document.getElementById("filters");
  if (!form) return;
  const table = document.querySelector("table.changes");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const heads = Array.from(table.tHead.rows[0].cells);
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const fields = form.elements;

  function filter() {
    const wanted = fields.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits =
        (!fields.event.value || row.dataset.event === fields.event.value) &&
        (!fields.site.value || row.dataset.site === fields.site.value) &&
        (!fields.restricted.checked || "restricted" in row.dataset) &&
        wanted.every((word) => texts.get(row).includes(word));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    fields.count.textContent = form.dataset.count.replace("{shown}", shown).replace("{all}", rows.length);
  }

  function order(cell) {
    return cell.dataset.order === undefined ? cell.textContent.trim() : cell.dataset.order;
  }

  // What has no value stands last, whichever way it is sorted.
  function sort(column, descending) {
    const numeric = "numeric" in heads[column].dataset;
    const sign = descending ? -1 : 1;
    const keyed = rows.map((row) => [order(row.cells[column]), row]);
    keyed.sort(([one], [other]) => {
      if (!one || !other) return (one ? 0 : 1) - (other ? 0 : 1);
      return sign * (numeric ? Number(one) - Number(other) : one.localeCompare(other, document.documentElement.lang));
    });
    body.append(...keyed.map(([, row]) => row));
    heads.forEach((head, place) => {
      head.setAttribute("aria-sort", place !== column ? "none" : descending ? "descending" : "ascending");
    });
  }

  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      sort(column, head.getAttribute("aria-sort") === "ascending");
    });
  });
  form.addEventListener("input", (event) => {
    if (event.target === fields.sort) {
      if (fields.sort.value) sort(Number(fields.sort.value), false);
    } else {
      filter();
    }
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.reset();
  filter();
})();

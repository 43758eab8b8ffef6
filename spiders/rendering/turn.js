// Presses what leads to the next page of a list, where that is no link to a page of its own; says whether it did.
() => {
  const shown = (one) => { const box = one.getBoundingClientRect(); return box.width > 0 && box.height > 0; };
  const off = (one) => one.disabled || one.getAttribute("aria-disabled") === "true" || /(?:^|[\s_-])(?:disabled|inactive)(?:$|[\s_-])/i.test(one.className || "");
  const leads = (one) => one.tagName === "A" && !/^(?:#|javascript:|$)/i.test((one.getAttribute("href") || "").trim());
  const text = (one) => (one.textContent || "").replace(/\s+/g, " ").trim();
  const usable = (one) => !leads(one) && shown(one) && !off(one) && !off(one.parentElement || one) && !one.querySelector("a, button")
    && !one.closest("[class*='slider' i], [class*='carousel' i], [class*='swiper' i], [class*='slick' i], [class*='calendar' i]");
  const pressed = "button, a, [role=button], li, span, div";
  const pagers = [...document.querySelectorAll("[class*='pagin' i], [class*='pager' i], [class*='pages' i], [aria-label*='pagin' i], [aria-label*='страниц' i]")];
  const within = pagers.flatMap((pager) => [...pager.querySelectorAll(pressed)]);
  const next = /^(?:следующая(?: страница)?|след\.?|вперед|вперёд|далее|дальше|next(?: page)?)?\s*(?:→|»|›|>|&gt;)?$/i;
  const named = /^(?:следующая|след\b|вперед|вперёд|next)/i;
  const says = (one) => (text(one) && next.test(text(one))) || named.test(one.getAttribute("aria-label") || one.title || "");
  const everywhere = [...document.querySelectorAll("button, [role=button], a")].filter((one) => /^(?:следующая страница|следующая|next page|next)\s*(?:→|»|›|>)?$/i.test(text(one)));
  let found = [...within, ...everywhere].find((one) => says(one) && usable(one));
  if (!found && ![...within, ...everywhere].some(says)) {
    const current = within.find((one) => /^\d+$/.test(text(one)) && (one.getAttribute("aria-current") || /(?:^|[\s_-])(?:active|current|selected)(?:$|[\s_-])/i.test(`${one.className} ${one.parentElement ? one.parentElement.className : ""}`)));
    const number = current ? Number(text(current)) : (window.__restockPage || 1);
    found = within.find((one) => text(one) === String(number + 1) && usable(one));
    window.__restockPage = number + 1;
  }
  if (found) found.click();
  return Boolean(found);
}

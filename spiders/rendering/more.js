// Presses one "show more" that leads to no page of its own, and scrolls to the end; says whether it pressed one.
() => {
  const words = /^\W*(?:(?:показать|загрузить|смотреть|открыть|подгрузить|вывести|показывать)\s+(?:еще|ещё|больше|далее|следующие|остальные|все|всё|\+?\s*\d)|(?:еще|ещё)(?:\s+\d|\s+товар|\W*$)|(?:load|show|view|see)\s+(?:more|next|all|\d)|more\s+(?:products|items|goods|results)|тағы\s+көрсету)/i;
  const shown = (one) => {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    return box.width > 0 && box.height > 0 && style.visibility !== "hidden" && style.display !== "none";
  };
  const leads = (one) => one.tagName === "A" && !/^(?:#|javascript:|$)/i.test((one.getAttribute("href") || "").trim());
  const tries = window.__restockTries || (window.__restockTries = new WeakMap());
  const aside = "nav, footer, aside, form, [class*='filter' i], [class*='menu' i], [class*='cookie' i], [class*='review' i]";
  const found = [...document.querySelectorAll("button, a, [role=button], input[type=button], span, div, p")].find((one) => {
    const text = (one.value || one.textContent || "").replace(/\s+/g, " ").trim();
    if (!text || text.length > 60 || !words.test(text) || leads(one) || one.disabled) return false;
    if (/^(?:SPAN|DIV|P)$/.test(one.tagName) && (one.querySelector("a, button") || getComputedStyle(one).cursor !== "pointer")) return false;
    if (one.closest("a, button") && one.closest("a, button") !== one) return false;
    return (tries.get(one) || 0) < 3 && !one.closest(aside) && shown(one);
  });
  if (found) {
    tries.set(found, (tries.get(found) || 0) + 1);
    const before = document.getElementsByTagName("*").length;
    found.scrollIntoView({ block: "center" });
    found.click();
    // What still works is pressed again as often as it takes.
    setTimeout(() => { if (document.getElementsByTagName("*").length !== before) tries.set(found, 0); }, 250);
  }
  for (const one of document.querySelectorAll("main, section, div, ul, tbody")) {
    if (one.scrollHeight > one.clientHeight + 40 && /auto|scroll/.test(getComputedStyle(one).overflowY)) one.scrollTop = one.scrollHeight;
  }
  // Lists that load while they are scrolled wait for a movement, also where their page is not longer than before.
  const page = document.documentElement, padding = page.style.paddingTop;
  const bottom = () => window.scrollTo(0, Math.max(page.scrollHeight, document.body ? document.body.scrollHeight : 0));
  if (page.scrollHeight > window.innerHeight + 200) {
    window.scrollBy(0, -200);
    setTimeout(bottom, 50);
  } else {
    // All of it is in view: its end is moved out of sight, and comes back.
    page.style.paddingTop = "200vh";
    setTimeout(() => { page.style.paddingTop = padding; bottom(); }, 120);
  }
  return Boolean(found);
}

// Runs before a page's own scripts: how far the page has come, and which short timers will still draw on it.
(() => {
  const waiting = new Set();
  const set = window.setTimeout, clear = window.clearTimeout;
  let depth = 0;  // a timer that sets the next one over and over is a clock, and nothing to wait for
  window.setTimeout = function (work, delay, ...rest) {
    if (typeof work !== "function" || (delay || 0) > 3000 || depth > 2) return set.call(window, work, delay, ...rest);
    const level = depth + 1;
    const id = set.call(window, (...given) => {
      waiting.delete(id);
      const before = depth;
      depth = level;
      try { return work.apply(window, given); } finally { depth = before; }
    }, delay, ...rest);
    waiting.add(id);
    return id;
  };
  window.clearTimeout = (id) => { waiting.delete(id); return clear.call(window, id); };
  Object.defineProperty(window, "__restock", { value: () => {
    const body = document.body, root = document.documentElement;
    return [
      document.getElementsByTagName("*").length,
      Math.max(root ? root.scrollHeight : 0, body ? body.scrollHeight : 0),
      body ? body.textContent.length : 0,
      waiting.size,
    ];
  } });
})();

// Receipts by keyboard: j and k go from one to the next, y and n mark the one that has the focus. Everything works without.
"use strict";
(() => {
  const stops = () => [...document.querySelectorAll(".receipts > li, .asked")];
  const current = () => stops().find((stop) => stop.contains(document.activeElement));
  const go = (stop) => stop?.querySelector("a.subject, .nearest a, button")?.focus();
  const press = (said) => {
    const stop = current() ?? (stops().length === 1 ? stops()[0] : null);
    stop?.querySelector(`[data-${said}]`)?.click();
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const [all, here] = [stops(), current()];
    const at = here ? all.indexOf(here) : -1;
    const keys = {
      j: () => go(all[Math.min(at + 1, all.length - 1)]),
      k: () => go(all[Math.max(at - 1, 0)]),
      y: () => press("right"),
      n: () => press("wrong"),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  // After a mark the page comes back with its place behind the #: the focus goes on from there.
  if (location.hash) go(stops().find((stop) => `#${stop.id}` === location.hash));
})();

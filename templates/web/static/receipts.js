// Receipts by keyboard: y and n mark the one that has the focus; site.js goes from one to the next. Everything works without.
"use strict";
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
  const said = { y: "right", n: "wrong" }[event.key];
  if (!said || typing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const marked = [...document.querySelectorAll(".receipts > li, .asked")];
  const here = marked.find((one) => one.contains(document.activeElement)) ?? (marked.length === 1 ? marked[0] : null);
  const button = here?.querySelector(`[data-${said}]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

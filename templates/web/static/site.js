// Keys and suggestions. Everything works without this.
"use strict";
(() => {
  const box = document.getElementById("q");
  const help = document.getElementById("keys");
  const bare = (event) => !(event.ctrlKey || event.metaKey || event.altKey);
  const writes = (at) => at instanceof Element && at.closest("input, textarea, select, [contenteditable]");

  // Results by key: j and k anywhere, arrows once a result has the focus.
  const hits = () => [...document.querySelectorAll(".result h2 a, .timeline .title a, .receipts .subject")];
  const step = (by) => {
    const all = hits();
    const at = all.indexOf(document.activeElement);
    const to = all[at < 0 ? (by > 0 ? 0 : -1) : at + by];
    if (!to) return false;
    to.focus();
    to.scrollIntoView({ block: "nearest" });
    return true;
  };
  const ways = { j: 1, k: -1 };
  const arrows = { ArrowDown: 1, ArrowUp: -1 };

  document.addEventListener("keydown", (event) => {
    if (!bare(event) || event.defaultPrevented || writes(event.target) || (help && help.open)) return;
    const onHit = hits().includes(document.activeElement);
    if (event.key === "/" && box) {
      box.focus();
      box.select();
    } else if (event.key === "?" && help) {
      help.showModal();
    } else if (ways[event.key]) {
      step(ways[event.key]);
    } else if (onHit && arrows[event.key]) {
      if (!step(arrows[event.key]) && event.key === "ArrowUp" && box) box.focus();
    } else if (onHit && event.key === "Escape") {
      document.activeElement.blur();
      return;
    } else {
      return;
    }
    event.preventDefault();
  });

  for (const link of document.querySelectorAll("a[data-keys]")) {
    link.addEventListener("click", (event) => {
      if (!help || !bare(event)) return;
      event.preventDefault();
      help.showModal();
    });
  }

  // Names to complete a question with: a combobox as ARIA 1.2 describes it.
  if (!box || !window.fetch) return;
  const list = document.createElement("ul");
  const said = document.createElement("span");
  const told = new Map();
  let names = [];
  let active = -1;
  let waiting = 0;
  let asked = null;
  list.id = "names";
  list.className = "names";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Names");
  said.className = "hidden";
  said.setAttribute("role", "status");
  box.form.append(list, said);
  const state = { role: "combobox", "aria-autocomplete": "list", "aria-controls": "names", "aria-expanded": "false" };
  for (const [name, value] of Object.entries(state)) box.setAttribute(name, value);

  const choose = (number) => {
    active = number;
    [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === active)));
    if (active < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", `name-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    window.clearTimeout(waiting);
    if (asked) asked.abort();
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    said.textContent = "";
    choose(-1);
  };
  const take = (number) => {
    box.value = names[number].value;
    close();
    box.focus();
  };
  const open = (found) => {
    names = found.filter((one) => one.value !== box.value);
    list.replaceChildren(
      ...names.map((one, number) => {
        const item = document.createElement("li");
        const hint = document.createElement("span");
        item.id = `name-${number}`;
        item.setAttribute("role", "option");
        hint.textContent = one.says;
        item.append(one.name, " ", hint);
        item.addEventListener("mousedown", (event) => event.preventDefault());
        item.addEventListener("click", () => take(number));
        return item;
      }),
    );
    list.hidden = !names.length;
    box.setAttribute("aria-expanded", String(names.length > 0));
    said.textContent = names.length ? `${names.length} names, choose with the arrow keys` : "";
    choose(-1);
  };
  const ask = async (text) => {
    if (asked) asked.abort();
    asked = new AbortController();
    try {
      if (!told.has(text)) {
        const answer = await fetch(`/suggest?q=${encodeURIComponent(text)}`, { signal: asked.signal });
        if (!answer.ok || answer.redirected) return;
        told.set(text, await answer.json());
      }
      if (box.value === text && document.activeElement === box) open(told.get(text));
    } catch {
      // Without suggestions the box is a box.
    }
  };

  box.addEventListener("input", () => {
    window.clearTimeout(waiting);
    const text = box.value;
    if (text.trim().length < 2 || text.length > 200) return close();
    waiting = window.setTimeout(() => ask(text), 120);
  });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (!bare(event) || event.isComposing) return;
    const by = arrows[event.key];
    if (list.hidden) {
      if (by > 0 && step(1)) event.preventDefault();
    } else if (by) {
      event.preventDefault();
      const most = names.length;
      choose(((active + 1 + by + most + 1) % (most + 1)) - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      take(active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  });
})();

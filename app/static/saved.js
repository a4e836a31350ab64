// The page of what is saved or put aside on this device.
import { button, find, findAll, make } from "./dom.js";
import { load, store } from "./storage.js";
import { movieUrl } from "./words.js";

export function start() {
  find(document, ".saved-status").textContent =
    "What you save or put aside on a list is kept in this browser, and nowhere else.";
  for (const list of findAll(document, "[data-kept]")) fill(list, list.dataset.kept ?? "");
}

/** @param {HTMLElement} list @param {string} kind */
function fill(list, kind) {
  const items = Object.entries(load(kind)).map(([id, { title, year }]) => {
    const remove = () => {
      const kept = load(kind);
      delete kept[id];
      store(kind, kept);
      fill(list, kind);
    };
    return make(
      "li",
      {},
      make("a", { href: movieUrl({ movie_id: id }) }, title),
      make("span", { class: "quiet num" }, year ?? ""),
      button("Remove", remove, { class: "second", "aria-label": `Remove: ${title}` }),
    );
  });
  list.replaceChildren(...(items.length ? items : [make("li", {}, "Nothing yet.")]));
}

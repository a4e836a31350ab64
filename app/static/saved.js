// The page of what is saved or put aside on this device.
import { load, store } from "./storage.js";

export function start(document) {
  const status = document.querySelector(".saved-status");
  status.textContent = "What you save or put aside on a list is kept in this browser, and nowhere else.";
  for (const list of document.querySelectorAll("[data-kept]")) fill(list, list.dataset.kept);
}

function fill(list, kind) {
  const kept = load(kind);
  const items = Object.entries(kept).map(([id, movie]) => item(list, kind, id, movie));
  list.replaceChildren(...items);
  if (items.length === 0) {
    const none = document.createElement("li");
    none.textContent = "Nothing yet.";
    list.append(none);
  }
}

function item(list, kind, id, movie) {
  const row = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/movies/${encodeURIComponent(id)}`;
  link.textContent = movie.title;
  const year = document.createElement("span");
  year.className = "quiet num";
  year.textContent = movie.year ?? "";
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "second";
  remove.textContent = "Remove";
  remove.setAttribute("aria-label", `Remove: ${movie.title}`);
  remove.addEventListener("click", () => {
    const kept = load(kind);
    delete kept[id];
    store(kind, kept);
    fill(list, kind);
  });
  row.append(link, year, remove);
  return row;
}

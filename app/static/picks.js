// Lists of recommendations: save a movie or put it aside on this device, move with the arrow keys.
import { button, find, findAll, make } from "./dom.js";
import { load, store } from "./storage.js";

const KINDS = [
  ["saved", "Save", "Saved"],
  ["hidden", "Not interested", "Put aside"],
];

export function start() {
  const list = find(document, ".picks");
  for (const item of findAll(list, ".pick[data-movie]")) addButtons(item);
  list.addEventListener("keydown", (event) => walk(list, event));
}

/** @param {HTMLElement} item */
function addButtons(item) {
  if (item.querySelector(".marks")) return;
  const buttons = KINDS.map((kind) => markButton(item, ...kind));
  find(item, ".why").append(make("p", { class: "marks" }, ...buttons));
}

/** @param {HTMLElement} item @param {string[]} kind */
function markButton(item, ...[kind, label, done]) {
  const { movie = "", title, year } = item.dataset;
  const mark = button(
    label,
    () => {
      const kept = load(kind);
      if (movie in kept) delete kept[movie];
      else kept[movie] = { title, year };
      if (store(kind, kept)) show();
      else mark.textContent = "This browser keeps nothing";
    },
    { "aria-label": `${label}: ${title}` },
  );
  const show = () => {
    const on = movie in load(kind);
    mark.textContent = on ? done : label;
    mark.setAttribute("aria-pressed", String(on));
    item.classList.toggle(kind, on);
  };
  show();
  return mark;
}

/** @param {HTMLElement} list @param {KeyboardEvent} event */
function walk(list, event) {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const links = findAll(list, "h3 a");
  const place = links.findIndex((link) => link === event.target);
  if (!step || place < 0) return;
  const next = links[place + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

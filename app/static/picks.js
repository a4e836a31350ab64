// Lists of recommendations: save a movie or put it aside on this device, go on with the arrow keys.
import { load, store } from "./storage.js";

const KINDS = [
  ["saved", "Save", "Saved"],
  ["hidden", "Not interested", "Put aside"],
];

export function start(document) {
  const list = document.querySelector(".picks");
  for (const item of list.querySelectorAll(".pick[data-movie]")) addButtons(item);
  list.addEventListener("keydown", walk);
}

function addButtons(item) {
  if (item.querySelector(".marks")) return;
  const marks = document.createElement("p");
  marks.className = "marks";
  for (const [kind, label, done] of KINDS) {
    const button = document.createElement("button");
    button.type = "button";
    const show = () => {
      const on = item.dataset.movie in load(kind);
      button.textContent = on ? done : label;
      button.setAttribute("aria-pressed", on);
      item.classList.toggle(kind, on);
    };
    button.setAttribute("aria-label", `${label}: ${item.dataset.title}`);
    button.addEventListener("click", () => {
      const kept = load(kind);
      if (item.dataset.movie in kept) delete kept[item.dataset.movie];
      else kept[item.dataset.movie] = { title: item.dataset.title, year: item.dataset.year };
      if (store(kind, kept)) show();
      else button.textContent = "This browser keeps nothing";
    });
    show();
    marks.append(button);
  }
  item.querySelector(".why").append(marks);
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...this.querySelectorAll("h3 a")];
  const place = links.indexOf(event.target);
  if (!step || place < 0) return;
  const next = links[place + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

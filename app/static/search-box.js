// Title search as an ARIA combobox: suggestions while typing, from the site or, offline, from here.
import { findTitles, localTitles } from "./titles.js";

const WAIT_MS = 120;
const MOST = 8;

export function start(document) {
  document.querySelectorAll("form[role=search]").forEach((form, place) => wire(form, place));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const field = document.querySelector("form[role=search] input[name=q]");
    event.preventDefault();
    field.focus();
    field.select();
  });
}

function wire(form, place) {
  const field = form.querySelector("input[name=q]");
  const list = form.appendChild(document.createElement("ul"));
  const status = form.appendChild(document.createElement("p"));
  let options = [];
  let active = -1;
  let timer = 0;
  let looking = new AbortController();

  list.id = `suggestions-${place}`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  status.className = "unseen";
  status.setAttribute("role", "status");
  field.type = "text";
  field.setAttribute("enterkeyhint", "search");
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  // What is still awaited belongs to a text, or to a field, that the visitor has left.
  function cancel() {
    clearTimeout(timer);
    looking.abort();
    looking = new AbortController();
  }

  function close() {
    cancel();
    list.hidden = true;
    choose(-1);
    field.setAttribute("aria-expanded", "false");
    status.textContent = "";
  }

  function choose(next) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = next;
    const option = list.children[active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  }

  function show(found) {
    options = found;
    list.replaceChildren(...found.map(item));
    choose(-1);
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(found.length > 0));
    status.textContent = found.length === 1 ? "1 suggestion" : `${found.length || "No"} suggestions`;
  }

  function item(option, n) {
    const row = document.createElement("li");
    row.id = `${list.id}-${n}`;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    row.textContent = option.title;
    if (option.year) {
      const year = row.appendChild(document.createElement("span"));
      year.className = "quiet num";
      year.textContent = ` ${option.year}`;
    }
    row.addEventListener("pointerdown", (event) => event.preventDefault());
    row.addEventListener("click", () => location.assign(option.href));
    return row;
  }

  async function look() {
    const query = field.value.trim();
    if (!query) return close();
    cancel();
    const { signal } = looking;
    try {
      const found = await suggestions(query, signal);
      if (!signal.aborted) show(found);
    } catch {
      if (!signal.aborted) close();
    }
  }

  field.addEventListener("input", () => {
    cancel();
    choose(-1);
    timer = setTimeout(look, WAIT_MS);
  });
  field.addEventListener("blur", close);
  form.addEventListener("submit", close);
  field.addEventListener("keydown", (event) => {
    const last = options.length - 1;
    const open = !list.hidden;
    if (event.isComposing) return;
    if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return choose(-1);
    if (event.key === "Escape") {
      if (open) close();
      else field.blur();
    } else if (event.key === "ArrowDown" && !open && field.value) look();
    else if (event.key === "ArrowUp" && open && event.altKey) close();
    else if (event.key === "ArrowDown" && open) choose(active === last ? -1 : active + 1);
    else if (event.key === "ArrowUp" && open) choose(active === -1 ? last : active - 1);
    else if (event.key === "Enter" && active >= 0) location.assign(options[active].href);
    else return;
    event.preventDefault();
  });
}

async function suggestions(query, signal) {
  let found;
  try {
    const response = await fetch(`/suggest.json?${new URLSearchParams({ q: query })}`, { signal });
    if (!response.ok) throw new Error(response.status);
    found = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    found = { suggestions: findTitles(await localTitles(), query, MOST), user_id: null };
  }
  const movies = found.suggestions.map(({ movie_id: id, title, year }) => ({ title, year, href: `/movies/${id}` }));
  if (found.user_id === null) return movies;
  return [{ title: `User ${found.user_id}`, href: `/users/${found.user_id}` }, ...movies];
}

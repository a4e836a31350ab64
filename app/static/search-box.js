// Title search as an ARIA combobox: suggestions while typing, from the site or, offline, from here.
import { field as fieldOf, find, findAll, make } from "./dom.js";
import { findTitles, localTitles } from "./titles.js";
import { address, movieUrl, plural, prefix, t } from "./words.js";

const WAIT_MS = 120;
const MOST = 8;

/** @typedef {{ title: string, year: number | null, href: string, movie_id?: Id }} Option */

export function start() {
  const forms = findAll(document, "form[role=search]", HTMLFormElement);
  forms.forEach(wire);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (target instanceof Element && target.closest("input, select, textarea, [contenteditable]")) return;
    const field = fieldOf(forms[0], "q");
    event.preventDefault();
    field.focus();
    field.select();
  });
}

/**
 * What is chosen is picked, by an event, and opened where nobody takes it. A form for movies alone picks
 * the first one that is found, unless another is chosen, and never leaves the page.
 * @param {HTMLFormElement} form
 * @param {number} place
 */
function wire(form, place) {
  const id = `suggestions-${place}`;
  const list = make("ul", { id, class: "suggestions", role: "listbox", "aria-label": t("Suggestions") });
  const status = make("p", { class: "unseen", role: "status" });
  const field = fieldOf(form, "q");
  const { movies } = form.dataset;
  const viewer = new URLSearchParams(/** @type {any} */ (new FormData(form))).get("user");
  /** @type {Option[]} */
  let options = [];
  let active = -1;
  let timer = 0;
  let looking = new AbortController();

  list.hidden = true;
  form.append(list, status);
  field.type = "text";
  field.setAttribute("enterkeyhint", "search");
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", id);
  field.setAttribute("aria-expanded", "false");
  if (movies) find(form, "button").textContent = movies;

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

  /** @param {number} next */
  function choose(next) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = next;
    const option = list.children[active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  }

  /** @param {Option[]} found */
  function show(found) {
    options = found;
    list.replaceChildren(...found.map(item));
    choose(movies && found.length ? 0 : -1);
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(found.length > 0));
    status.classList.toggle("unseen", !movies || found.length > 0);
    const nothing = movies ? t("No movie for “{query}”", { query: field.value }) : t("No suggestions");
    status.textContent = found.length ? plural(found.length, "suggestion") : nothing;
  }

  /** @param {Option} option @param {number} n */
  function item(option, n) {
    const { title, year } = option;
    const words = year ? [title, make("span", { class: "quiet num" }, ` ${year}`)] : [title];
    const row = make("li", { id: `${id}-${n}`, role: "option", "aria-selected": "false" }, ...words);
    row.addEventListener("pointerdown", (event) => event.preventDefault());
    row.addEventListener("click", () => pick(option));
    return row;
  }

  /** @param {Option} option */
  function pick(option) {
    close();
    const isOpened = form.dispatchEvent(new CustomEvent("pick", { detail: option, cancelable: true }));
    if (isOpened) location.assign(option.href);
  }

  async function look() {
    const query = field.value.trim();
    if (!query) return close();
    cancel();
    const { signal } = looking;
    try {
      const found = await suggestions(query, signal, movies !== undefined, viewer);
      if (!signal.aborted) show(found);
    } catch {
      if (!signal.aborted) close();
    }
  }

  field.addEventListener("input", () => {
    cancel();
    choose(-1);
    timer = window.setTimeout(look, WAIT_MS);
  });
  field.addEventListener("blur", close);
  form.addEventListener("submit", async (event) => {
    if (!movies) return close();
    event.preventDefault();
    await look();
    if (active >= 0) pick(options[active]);
  });
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
    else if (event.key === "Enter" && active >= 0) pick(options[active]);
    else return;
    event.preventDefault();
  });
}

/**
 * @param {string} query
 * @param {AbortSignal} signal
 * @param {boolean} areMovies whether users are left out
 * @param {string | null} viewer the user with whom one goes on
 * @returns {Promise<Option[]>}
 */
async function suggestions(query, signal, areMovies, viewer) {
  /** @type {{ suggestions: FoundTitle[], user_id: Id | null }} */
  let found;
  try {
    const response = await fetch(`/suggest.json?${new URLSearchParams({ q: query })}`, { signal });
    if (!response.ok) throw new Error(String(response.status));
    found = await response.json();
  } catch (error) {
    if (signal.aborted) throw error;
    found = { suggestions: findTitles(await localTitles(), query, MOST), user_id: null };
  }
  const { user_id: user } = found;
  const ending = viewer ? `?${new URLSearchParams({ user: viewer })}` : "";
  const movies = found.suggestions.map((movie) => ({ ...movie, href: movieUrl(movie) + ending }));
  if (user === null || areMovies) return movies;
  return [{ title: t("User {id}", { id: user }), year: null, href: `${prefix}/users/${address(user)}` }, ...movies];
}

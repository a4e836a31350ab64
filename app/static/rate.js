// The page of ratings: keeps each star on this device at once, and brings movies onto the same page.
import { field, find, findAll, make } from "./dom.js";
import { allFilms, idHere, rate, ratings, whenFilmsChange } from "./films.js";
import { initials, tileClass } from "./markup.js";
import { count, t } from "./words.js";

const ENOUGH = 5;
const GOOD = 10;
const AT_ONCE = 12;
const MOST_BEFORE = 6; // of what was rated before
const ASK_MORE_FROM = 3;
const PREFIX = "movie-";

export function start() {
  const form = find(document, "form[data-rate]", HTMLFormElement);
  const search = find(document, "form[data-movies]", HTMLFormElement);
  const template = find(form, "template", HTMLTemplateElement);
  const status = find(form, ".rate-status");
  const rated = find(form, "[data-own]");
  const asked = find(form, "[aria-labelledby=asked]");
  const asks = rowsOf(asked);
  const [more] = findAll(form, "button[value=more]");
  /** @type {FoundTitle[]} */
  const ahead = JSON.parse(form.dataset.ahead ?? "[]");
  const movies = new Map(ahead.map((movie) => [`${movie.movie_id}`, movie]));
  let isKept = true;
  let nRows = 0;
  let isUp = false; // what was rated before comes up as soon as there is something new
  let latest = asked; // where a star was given last: what is asked then comes below
  /** @type {Promise<(below: HTMLElement) => void> | null} */
  let questions = null;

  for (const input of findAll(asks, "input", HTMLInputElement)) {
    if (input.checked && !input.defaultChecked) give(input); // before the script was there
  }
  arrange();
  whenFilmsChange(show);
  show();

  /** The server knows a link's ratings; the page is about this device's. */
  function arrange() {
    const given = ratings();
    findAll(form, "[data-before], [data-none]").forEach((each) => each.remove());
    if (more) asks.after(make("p", { class: "take" }, more));
    if (asked.matches("[data-asking]")) {
      for (const row of findAll(asks, "li")) if (`${row.dataset.movie}` in given) row.replaceWith(...rowsAhead(1));
    }
    const before = allFilms().flatMap((film) => {
      const id = idHere(film);
      return id === undefined || film.rating === undefined || rowOf(id) ? [] : [{ ...film, movie_id: id }];
    });
    before.sort((a, b) => b.at.localeCompare(a.at));
    rowsOf(rated).append(...before.slice(0, MOST_BEFORE).map((film) => makeRow(film, true)));
  }

  /** Keeps the stars that were chosen. @param {HTMLInputElement} chosen */
  function give(chosen) {
    const row = chosen.closest("li");
    const movie = row && movies.get(`${row.dataset.movie}`);
    if (!movie) return;
    latest = row.closest("section") ?? asked;
    isKept = rate(movie, chosen.value === "" ? null : Number(chosen.value));
    if (!isKept) say(t("This browser keeps nothing; “See my list” sends your stars to the site instead."));
  }

  /** Shows on every row, and in the bar, what is kept. */
  function show() {
    const given = ratings();
    for (const row of findAll(form, "[data-movie]")) {
      const stars = given[`${row.dataset.movie}`];
      for (const input of findAll(row, "input", HTMLInputElement)) {
        input.checked = input.value === "" ? stars === undefined : Number(input.value) === stars;
      }
    }
    rated.hidden = rowsOf(rated).children.length === 0;
    const n = Object.keys(given).length;
    say(toGo(n));
    if (n >= ASK_MORE_FROM) askMore();
  }

  /** @param {string} text */
  function say(text) {
    if (status.textContent !== text) status.textContent = text;
  }

  /** @param {Id} id */
  function rowOf(id) {
    return findAll(form, `[data-movie="${CSS.escape(`${id}`)}"]`)[0];
  }

  /** @param {FoundTitle} movie @param {boolean} isOwn whether it was not the page that asked for it */
  function makeRow(movie, isOwn) {
    const { movie_id: id, title, year } = movie;
    const parts = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    const row = find(parts, "li");
    movies.set(`${id}`, movie);
    row.dataset.movie = `${id}`;
    const tile = find(row, ".tile");
    tile.className = `tile ${tileClass(id)}`;
    find(tile, "span").textContent = initials(title);
    find(row, "legend").append(title, ...(year ? [" ", make("span", { class: "quiet num" }, `${year}`)] : []));
    const place = ++nRows;
    findAll(row, "input", HTMLInputElement).forEach((input, n) => {
      Object.assign(input, { name: PREFIX + id, id: `row${place}-${n}` });
      find(row, `[for="m-${n}"]`, HTMLLabelElement).htmlFor = input.id;
    });
    if (!isOwn) return row;
    const remove = find(parts, "button");
    find(remove, "span").textContent = title;
    remove.addEventListener("click", () => takeAway(row, movie));
    find(row, ".skip-it").replaceWith(remove);
    return row;
  }

  /** @param {HTMLElement} row @param {FoundTitle} movie */
  function takeAway(row, movie) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    rate(movie, null);
    (next ? find(next, "button") : field(search, "q")).focus();
  }

  /** Brings a movie that the visitor looked for, unless it is here. @param {FoundTitle} movie */
  function bring(movie) {
    let row = rowOf(movie.movie_id);
    if (!row) {
      rowsOf(rated).prepend((row = makeRow(movie, true)));
      if (!isUp) asked.before(rated);
      isUp = true;
    }
    show();
    enter(row);
  }

  /** Puts the focus on a movie's stars, or where movies are looked for. @param {HTMLElement} [row] */
  function enter(row) {
    const inputs = row ? findAll(row, "input", HTMLInputElement) : [field(search, "q")];
    (inputs.find(({ checked }) => checked) ?? inputs[0]).focus();
  }

  /** Makes rows of the next movies of the asking list. @param {number} n */
  function rowsAhead(n) {
    const given = ratings();
    const left = ahead.filter(({ movie_id: id }) => !rowOf(id) && !(id in given));
    if (more) more.hidden = left.length <= n;
    return left.slice(0, n).map((movie) => makeRow(movie, false));
  }

  /** What tells which movies to ask about is large: it is fetched when there is something to tell from. */
  function askMore() {
    questions ??= import("./questions.js").then((part) => part.start(form, { makeRow, rowOf, enter, keep }));
    questions.then((ask) => ask(latest)).catch(() => (questions = null)); // with the next star again
  }

  /** Moves rows that are done with to what was rated, or off the page. @param {HTMLElement[]} rows */
  function keep(rows) {
    const given = ratings();
    for (const row of rows) {
      const movie = movies.get(`${row.dataset.movie}`);
      row.remove();
      if (movie && movie.movie_id in given) rowsOf(rated).prepend(makeRow(movie, true));
    }
    show();
  }

  form.addEventListener("change", ({ target }) => target instanceof HTMLInputElement && give(target));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault(); // would send the form
    field(search, "q").focus();
  });
  form.addEventListener("submit", (event) => {
    if (!isKept) return;
    event.preventDefault();
    if (event.submitter === more) {
      const rows = rowsAhead(AT_ONCE);
      asks.append(...rows);
      enter(rows[0]);
    } else if (Object.keys(ratings()).length > 0) location.assign(form.dataset.rate ?? "");
    else say(t("Rate at least one movie first."));
  });
  search.addEventListener("pick", (event) => {
    event.preventDefault();
    field(search, "q").value = "";
    bring(/** @type {CustomEvent<FoundTitle>} */ (event).detail);
  });
}

/** @param {HTMLElement} section */
const rowsOf = (section) => find(section, "ul");

/** @param {number} n ratings that there are */
function toGo(n) {
  if (n === 0) return "";
  if (n < ENOUGH) return t("{n} rated. Rate {more} more to get a useful list.", { n, more: ENOUGH - n });
  if (n < GOOD) return t("{n} rated. Rate {more} more to get a good list.", { n, more: GOOD - n });
  return t("{n} rated. Each more makes the list a little better.", { n: count(n) });
}

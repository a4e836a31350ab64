// What a visitor says of a movie wherever it is shown: stars, to watch, seen, not interested; on this device.
//
// The marks of a movie are a toolbar: one stop with Tab, then arrow keys. What leaves a list can be undone.
import { button, fetchPage, findAll, make } from "./dom.js";
import { allFilms, filmOf, filmsHere, forget, levels, mark, putBack, rate, scaleHere } from "./films.js";
import { starsOf, whenFilmsChange } from "./films.js";
import { t } from "./words.js";

/**
 * @typedef {{ row: HTMLElement, id: string, bar: HTMLElement, told: HTMLElement, show: (film?: Film) => void }} Marked
 * @typedef {{ n: number, held: HTMLElement[], next: string | undefined, filling: Promise<void> }} More
 */

/** @type {Marked[]} */
let marked = [];
/** @type {{ line: HTMLElement, next: string | undefined } | null} what left a list last, and what follows */
let left = null;
/** @type {WeakMap<HTMLElement, More>} how many rows a list shows, and where more of them are */
const lists = new WeakMap();
let isWatching = false;

/** Gives each movie of a part of the page its marks; rows that are new get them by another call. */
export function start(/** @type {ParentNode} */ root = document) {
  if (!isWatching) {
    whenFilmsChange(refresh);
    document.addEventListener("keydown", walk);
    isWatching = true;
  }
  for (const list of findAll(root, ".picks")) {
    const n = list.querySelectorAll(".pick").length;
    if (lists.has(list)) continue;
    lists.set(list, { n, held: [], next: nextPage(list), filling: Promise.resolve() });
    leaveOutShown(list);
  }
  for (const row of findAll(root, "[data-title]")) if (!row.querySelector(".marks")) addMarks(row);
  refresh();
  document.adoptedStyleSheets = []; // what theme.js hid is away
  if (left && !left.line.isConnected) placeLine(root);
}

function refresh() {
  const films = filmsHere();
  marked = marked.filter(({ row }) => row.isConnected);
  for (const { row, id, show } of marked) {
    if (row.matches(".pick") && isDone(films.get(id))) row.remove();
    else show(films.get(id));
  }
  for (const list of findAll(document, ".picks")) fill(list);
  predict();
}

/** Whether a movie has no place in a list of what to watch. @param {Film} [film] */
const isDone = (film) => film?.rating !== undefined || film?.mark === "hidden" || film?.mark === "seen";

async function predict() {
  const shown = marked.filter(({ told }) => told.isConnected).map(({ id, told }) => ({ id, place: told }));
  if (shown.length === 0) return;
  try {
    await (await import("./predict.js")).predict(shown);
  } catch {
    // What it takes is not on this device and cannot be had now: nothing is said.
  }
}

/** @param {HTMLElement} row */
function addMarks(row) {
  const { movie: id = "", title = "", year } = row.dataset;
  const movie = { movie_id: String(Number(id)) === id ? Number(id) : id, title, year: Number(year) || null };
  const bar = make("div", { class: "marks", role: "toolbar", "aria-label": title });
  const told = make("p", { class: "meta told-you" });
  const each = { row, id, bar, told, show };
  /** @type {(change: () => boolean, said: string) => void} */
  const does = (change, said) => act(each, movie, change, said);
  const stars = levels().map((level) => {
    const name = t("{stars} of {most}", { stars: level, most: scaleHere()[1] });
    const give = () => {
      const isGiven = star.getAttribute("aria-checked") === "true";
      if (isGiven) does(() => rate(movie, null), t("No stars: {title}.", { title }));
      else does(() => rate(movie, level), t("Rated: {title}, {stars}.", { title, stars: level }));
    };
    const star = button("", give, { role: "radio", "aria-label": name, title: name });
    return star;
  });
  /** @type {[Mark, string, string][]} */
  const kinds = [
    ["saved", t("Save"), t("Saved: {title}.", { title })],
    ["seen", t("Seen it"), t("Seen: {title}.", { title })],
    ["hidden", t("Not interested"), t("Put aside: {title}.", { title })],
  ];
  const toggles = kinds.map(([kind, label, said]) => {
    const change = () => mark(movie, filmOf(id)?.mark === kind ? null : kind);
    return button(label, () => does(change, said), { "aria-label": `${label}: ${title}` });
  });
  const group = { role: "radiogroup", "aria-label": t("Your stars: {title}", { title }) };
  bar.append(make("span", group, ...stars), ...toggles);
  if ("remove" in row.dataset) {
    const remove = () => does(() => forget(movie), t("Removed: {title}.", { title }));
    bar.append(button(t("Remove"), remove, { "aria-label": `${t("Remove")}: ${title}` }));
  }
  for (const details of findAll(row, "details", HTMLDetailsElement)) bar.append(accountButton(details, title));
  const isTile = row.matches(".grid > *");
  const opener = button(t("Rate or save"), () => {
    bar.hidden = !bar.hidden;
    opener.setAttribute("aria-expanded", String(!bar.hidden));
  }, { class: "opener", "aria-expanded": "false" });
  bar.hidden = isTile;
  const place = isTile ? row : (row.querySelector(".why") ?? row.querySelector("div") ?? row);
  const tells = row.matches("[data-mine]:not([data-linked]) *") ? [] : [told];
  place.append(...tells, ...(isTile ? [opener] : []), bar);
  wireKeys(bar);
  marked.push(each);

  /** @param {Film} [film] */
  function show(film) {
    const given = film?.rating === undefined ? -Infinity : starsOf(film);
    levels().forEach((level, k) => {
      stars[k].setAttribute("aria-checked", String(level === given));
      stars[k].classList.toggle("on", level <= given);
    });
    const label = given > 0 ? `★ ${given}` : kinds.find(([kind]) => kind === film?.mark)?.[1];
    opener.textContent = label ?? t("Rate or save");
    opener.setAttribute("aria-label", `${opener.textContent}: ${title}`);
    opener.classList.toggle("said", label !== undefined);
    kinds.forEach(([kind], k) => toggles[k].setAttribute("aria-pressed", String(film?.mark === kind)));
  }
}

/**
 * A row's account opens from its marks, so that it is no stop of its own.
 * @param {HTMLDetailsElement} details
 * @param {string} title
 */
function accountButton(details, title) {
  const label = details.querySelector("summary")?.firstChild?.textContent?.trim() ?? "";
  const opener = button(label, () => (details.open = !details.open), { "aria-label": `${label}: ${title}` });
  const show = () => opener.setAttribute("aria-expanded", String(details.open));
  details.addEventListener("toggle", show);
  details.classList.add("from-marks");
  show();
  return opener;
}

/** Arrow keys go through a toolbar, and Tab comes back to where one was. @param {HTMLElement} bar */
function wireKeys(bar) {
  const items = findAll(bar, "button");
  const at = (/** @type {HTMLElement} */ item) => items.forEach((each) => (each.tabIndex = each === item ? 0 : -1));
  at(items[0]);
  bar.addEventListener("focusin", ({ target }) => at(/** @type {HTMLElement} */ (target)));
  bar.addEventListener("keydown", (event) => {
    const place = items.findIndex((item) => item === document.activeElement);
    const last = items.length - 1;
    const moves = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: last };
    const next = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    items[(next + items.length) % items.length].focus();
  });
}

/**
 * Changes what is kept of a movie; where that takes it off its list, a line in its place says so.
 * @param {Marked} each
 * @param {FoundTitle} movie
 * @param {() => boolean} change
 * @param {string} said
 */
function act(each, movie, change, said) {
  const { row, id, bar } = each;
  const list = row.parentElement;
  const next = /** @type {HTMLElement | null} */ (row.nextElementSibling)?.dataset.movie;
  const place = findAll(bar, "button").findIndex((item) => item === document.activeElement);
  const before = allFilms();
  if (!change()) return bar.append(t("This browser keeps nothing."));
  left?.line.remove();
  left = null;
  const home = list?.isConnected ? list : document.querySelector(".picks"); // it may have been drawn anew
  if (row.isConnected || !home) return;
  if (rowOf(home, id)) return focusOn(home, id, place);
  const undo = button(t("Undo"), () => {
    left?.line.replaceWith(row);
    left = null;
    marked.push(each);
    putBack(movie, before);
    focusOn(document, id, place);
  });
  left = { line: make("li", { class: "gone" }, make("span", { id: "gone" }, said), " ", undo), next };
  undo.setAttribute("aria-describedby", "gone");
  placeLine(home);
  undo.focus({ preventScroll: true });
}

/** @param {ParentNode} root @param {string} id */
const rowOf = (root, id) => findAll(root, "[data-title]").find((row) => row.dataset.movie === id);

/** @param {ParentNode} root @param {string} id @param {number} place */
function focusOn(root, id, place) {
  const row = rowOf(root, id);
  if (row) findAll(row, ".marks button")[Math.max(place, 0)]?.focus({ preventScroll: true });
}

/**
 * Puts the line about what left its list where it was, also into a list that was drawn anew.
 * @param {ParentNode} root
 */
function placeLine(root) {
  const next = left?.next ? rowOf(root, left.next) : null;
  if (left && next) next.before(left.line);
  else if (left && !left.next) (root.querySelector(".picks") ?? root).append(left.line);
  else left = null; // another page of the list
}

/** Lets rows of the next pages move up, where some have left. @param {HTMLElement} list */
function fill(list) {
  const more = lists.get(list);
  if (more) more.filling = more.filling.then(() => fillNow(list)).catch(() => {}); // without a network they stay
}

/** @param {HTMLElement} list */
async function fillNow(list) {
  const more = lists.get(list);
  while (more && list.isConnected && list.querySelectorAll(".pick").length < more.n) {
    const row = more.held.shift();
    if (row && !isDone(filmsHere().get(row.dataset.movie ?? ""))) {
      const { page, pages, keep } = movedUp();
      if (pages[row.dataset.movie ?? ""] < page) continue;
      pages[row.dataset.movie ?? ""] = page;
      keep();
      list.append(document.adoptNode(row));
      addMarks(row);
      refresh();
    } else if (!row && more.next) {
      const page = await fetchPage(more.next);
      const rows = page.querySelector(".picks");
      more.held = rows ? findAll(rows, ".pick") : [];
      more.next = rows ? nextPage(rows) : undefined;
    } else if (!row) return;
  }
}

/** Which rows moved up, and to which page of this list: elsewhere they are not shown again. */
function movedUp() {
  const { pathname, searchParams } = new URL(location.href);
  const page = Number(searchParams.get("page") ?? 1);
  searchParams.delete("page");
  const key = `moved ${pathname}?${searchParams}`;
  /** @type {Record<string, number>} */
  const pages = JSON.parse(sessionStorage.getItem(key) ?? "{}");
  return { page, pages, keep: () => sessionStorage.setItem(key, JSON.stringify(pages)) };
}

/** Takes away what moved up to an earlier page; what did to this one does so anew. @param {HTMLElement} list */
function leaveOutShown(list) {
  try {
    const { page, pages, keep } = movedUp();
    for (const row of findAll(list, ".pick")) if (pages[row.dataset.movie ?? ""] < page) row.remove();
    for (const [id, shownOn] of Object.entries(pages)) if (shownOn === page) delete pages[id];
    keep();
  } catch {
    // This browser keeps nothing, so nothing moved up.
  }
}

/** The next page of a list, as long as it is of the same release. @param {Element} list */
function nextPage(list) {
  const link = list.closest("section")?.querySelector("nav.pages a[rel=next]")?.getAttribute("href");
  const isSame = list.ownerDocument.body.dataset.release === document.body.dataset.release;
  return (isSame && link) || undefined;
}

/** The arrow keys go from title to title. @param {KeyboardEvent} event */
function walk(event) {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!step || !(event.target instanceof HTMLElement) || !event.target.matches(".picks h3 a")) return;
  const links = findAll(document, ".picks h3 a");
  const next = links[links.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

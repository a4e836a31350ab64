// What a visitor rated, saved or put aside on this device: to change, to take away and to bring back.
import { gather } from "./adopt.js";
import { button, find, findAll, make, save } from "./dom.js";
import { asCsv, asJson, readExport } from "./exports.js";
import { allFilms, idHere, keepFilms, setHere, tellMissing, whenFilmsChange } from "./films.js";
import { start as startMarks } from "./marks.js";
import { initials, tileClass } from "./markup.js";
import { localTitles } from "./titles.js";
import { count, movieUrl, t, tn } from "./words.js";

/** @param {string} name of a data attribute, and its value */
const part = (name) => find(document, `[data-${name}]`);

export function start() {
  show();
  whenFilmsChange(show);
  const lost = Number(localStorage.getItem("lost"));
  localStorage.removeItem("lost");
  if (lost > 0) {
    tell(tn("{n} old rating is lost: it had no title.", "{n} old ratings are lost: they had no titles.", lost));
  }
  part("save=json").addEventListener("click", () => save("my-movies.json", "application/json", asJson(allFilms())));
  part("save=csv").addEventListener("click", () => save("my-movies.csv", "text/csv", asCsv(allFilms())));
  part("clear").addEventListener("click", clear);
  const bring = find(document, "[data-bring]", HTMLInputElement);
  const take = async () => {
    await bringBack([...(bring.files ?? [])]).catch((error) => tell(error.message));
    bring.value = "";
  };
  bring.addEventListener("change", take);
  if (bring.files?.length) take(); // chosen before this script came
}

/** @param {string} text @param {(Node | string)[]} more */
function tell(text, ...more) {
  part("status").replaceChildren(text, ...more.flatMap((each) => [" ", each]));
}

function show() {
  const films = allFilms().reverse();
  for (const list of findAll(document, "[data-kept]")) {
    const wanted = films.filter((film) => belongs(film, list.dataset.kept));
    fill(list, wanted);
    const section = /** @type {HTMLElement} */ (list.closest("section"));
    find(section, "[data-n]").textContent = count(wanted.length);
    if (list.dataset.kept === "elsewhere") section.hidden = wanted.length === 0;
  }
  for (const each of findAll(document, "[data-if-any]")) each.hidden = films.length === 0;
}

/** @param {Film} film @param {string} [kind] of a list */
function belongs(film, kind) {
  const isHere = idHere(film) !== undefined;
  if (kind === "elsewhere") return !isHere;
  return isHere && (kind === "rated" ? film.rating !== undefined : film.mark === kind);
}

/**
 * Fills a list, and leaves the rows that it has already as they are.
 * @param {HTMLElement} list
 * @param {Film[]} films
 */
function fill(list, films) {
  const rows = new Map(findAll(list, "[data-film]").map((row) => [row.dataset.film, row]));
  const keys = films.map((film) => JSON.stringify([film.title, film.year, idHere(film)]));
  if (films.length > 0 && keys.join() === [...rows.keys()].join()) return;
  const shown = films.map((film, k) => rows.get(keys[k]) ?? rowOf(film, keys[k]));
  list.replaceChildren(...(shown.length ? shown : [make("li", { class: "quiet" }, t("Nothing yet."))]));
  startMarks(list);
}

/** @param {Film} film @param {string} key */
function rowOf(film, key) {
  const { title, year } = film;
  const id = idHere(film);
  const about = make("span", { class: "quiet num" }, year === null ? "" : ` ${year}`);
  if (id === undefined) {
    const others = () => allFilms().filter((each) => JSON.stringify([each.title, each.year, idHere(each)]) !== key);
    const remove = button(t("Remove"), () => keepFilms(others()), { "aria-label": `${t("Remove")}: ${title}` });
    const { rating: stars, scale: [, most] = [] } = film;
    const given = stars === undefined ? "" : t("{stars} of {most}", { stars, most });
    const words = make("div", {}, make("b", {}, title), about, make("p", { class: "meta num" }, given));
    return make("li", { "data-film": key }, words, make("p", { class: "marks" }, remove));
  }
  const looks = { class: `tile small ${tileClass(id)}`, "aria-hidden": "true" };
  const tile = make("span", looks, make("span", {}, initials(title)));
  const words = make("div", {}, make("a", { href: movieUrl({ movie_id: id }) }, title), about);
  const data = { "data-film": key, "data-movie": `${id}`, "data-title": title, "data-year": `${year ?? ""}` };
  return make("li", { ...data, "data-remove": "" }, tile, words);
}

/** @param {File[]} files */
async function bringBack(files) {
  const read = (await Promise.all(files.map(async (file) => readExport(file.name, await file.text())))).flat();
  const catalogue = await localTitles();
  if (catalogue.set_key !== setHere()) throw new Error(t("This page shows older data. Reload it, and try again."));
  const films = gather(catalogue, read);
  const isKept = keepFilms(gather(catalogue, [...allFilms(), ...films]));
  if (!isKept) throw new Error(t("There is no room for it in this browser."));
  const found = films.filter((film) => idHere(film) !== undefined).length;
  const values = { found: count(found) };
  const told = tn("{n} movie read, {found} found.", "{n} movies read, {found} found.", films.length, values);
  const list = /** @type {HTMLElement} */ (part("list").cloneNode(true));
  list.hidden = false;
  tell(told, tellMissing(), list);
}

function clear() {
  const films = allFilms();
  keepFilms([]);
  const undo = button(t("Undo"), () => {
    keepFilms(films);
    tell(t("Everything is as it was."));
    part("clear").focus();
  }, { class: "button" });
  tell(t("Everything is cleared from this device."), undo);
  undo.focus();
}

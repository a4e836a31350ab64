// The films that a visitor rated, saved or put aside: kept on this device, and nowhere else.
//
// A film is known by its ids, one for each set of data that it was met in, and by title and year,
// by which it is found in another set. What is not found stays as it is, and is nobody else's.

import { t, tn } from "./words.js";

const KEY = "films";
const MOST_NAMED = 5;
const MOST_LEVELS = 10;
const USUAL_LEVELS = 5;

/** @returns {string} */
export const setHere = () => document.body.dataset.set ?? "";

/** The scale of this set. @returns {number[]} */
export const scaleHere = () => (document.body.dataset.scale ?? "1 5 1").split(" ").map(Number);

/** Every film of every set. @returns {Film[]} */
export function allFilms() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/**
 * Keeps films in place of all that were kept; tells whether the browser lets it.
 * @param {Film[]} films
 */
export function keepFilms(films) {
  try {
    localStorage.setItem(KEY, JSON.stringify(films));
    dispatchEvent(new Event("films"));
    return true;
  } catch {
    return false;
  }
}

/** Calls back when a film changes, here or in another tab. @param {() => void} callback */
export function whenFilmsChange(callback) {
  addEventListener("films", callback);
  addEventListener("storage", ({ key }) => (key === KEY || key === null) && callback());
}

/** The id that a film has in this set. @param {Film} film @returns {Id | undefined} */
export const idHere = (film) => film.ids[setHere()];

/** @param {Film[]} films @param {Id} id */
const find = (films, id) => films.find((film) => String(idHere(film) ?? "") === String(id));

/** What is kept of the movie with an id of this set. @param {Id} id */
export const filmOf = (id) => find(allFilms(), id);

/** What is kept of each movie of this set, by its id. @returns {Map<string, Film>} */
export const filmsHere = () =>
  new Map(allFilms().flatMap((film) => (idHere(film) === undefined ? [] : [[String(idHere(film)), film]])));

/** The films of this set that have a mark. @param {Mark} kind */
export const marked = (kind) => allFilms().filter((film) => film.mark === kind && idHere(film) !== undefined);

/** The films that this set does not have, or that were not looked for in it yet. */
export const elsewhere = () => allFilms().filter((film) => idHere(film) === undefined);

/** Says which films this set does not have; nothing where it has all. */
export function tellMissing(films = elsewhere()) {
  if (films.length === 0) return "";
  const named = films.slice(0, films.length > MOST_NAMED + 1 ? MOST_NAMED : undefined).map(({ title }) => title);
  if (named.length < films.length) named.push(t("{n} more", { n: films.length - named.length }));
  const titles = new Intl.ListFormat(document.documentElement.lang).format(named);
  return tn("{n} film is not in this data: {titles}.", "{n} films are not in this data: {titles}.", films.length, {
    titles,
  });
}

/**
 * The stars of a film on this set's scale: as they are where both scales end with the same number.
 * @param {Film} film
 */
export function starsOf({ rating = 0, scale: [ownLow, ownHigh] = scaleHere() }) {
  const [low, high, step] = scaleHere();
  if (ownLow === low && ownHigh === high) return rating;
  const moved = ownHigh === high ? rating : low + ((rating - ownLow) / (ownHigh - ownLow)) * (high - low);
  const stepped = step > 0 ? low + Math.round((moved - low) / step) * step : moved;
  return Math.min(Math.max(stepped, low), high);
}

/** Stars by id, of the films of this set that are rated. @returns {Ratings} */
export function ratings() {
  const rated = allFilms().filter((film) => film.rating !== undefined && idHere(film) !== undefined);
  return Object.assign(Object.create(null), Object.fromEntries(rated.map((film) => [idHere(film), starsOf(film)])));
}

/** Gives a movie stars, or takes them back. @param {FoundTitle} movie @param {number | null} stars */
export function rate(movie, stars) {
  return change(movie, (film) => {
    if (stars === null) delete film.rating;
    else [film.rating, film.scale] = [stars, scaleHere()];
    if (stars !== null) delete film.mark; // what is rated was seen
  });
}

/** Marks a movie, or takes its mark away. @param {FoundTitle} movie @param {Mark | null} kind */
export function mark(movie, kind) {
  return change(movie, (film) => {
    if (kind === null) delete film.mark;
    else film.mark = kind;
  });
}

/** Forgets a movie. @param {FoundTitle} movie */
export const forget = ({ movie_id: id }) => keepFilms(allFilms().filter((film) => !find([film], id)));

/**
 * Makes a movie again what it was, among the films that there were.
 * @param {FoundTitle} movie
 * @param {Film[]} before
 */
export function putBack({ movie_id: id }, before) {
  const films = allFilms().filter((film) => !find([film], id));
  const film = find(before, id);
  if (film) films.splice(before.indexOf(film), 0, film);
  return keepFilms(films);
}

/** The ratings that a visitor may choose from. The twin of RatingScale.choices. */
export function levels() {
  const [low, high, step] = scaleHere();
  const all = step > 0 ? 1 + Math.round((high - low) / step) : 0;
  const n = all >= 2 && all <= MOST_LEVELS ? all : USUAL_LEVELS;
  return Array.from({ length: n }, (_, place) => Number((low + (place * (high - low)) / (n - 1)).toFixed(6)));
}

/**
 * @param {FoundTitle} movie
 * @param {(film: Film) => void} act
 */
function change({ movie_id: id, title, year }, act) {
  const films = allFilms();
  let film = find(films, id);
  if (!film) films.push((film = { title, year, ids: { [setHere()]: id }, at: "" }));
  act(film);
  film.at = new Date().toISOString();
  return keepFilms(films.filter((each) => each.rating !== undefined || each.mark !== undefined));
}

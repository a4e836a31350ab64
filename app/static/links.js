// Ratings as a part of an address. The twin of app/web/tokens.py, and of app/model/film_index.py's cut.
import { idHere, starsOf } from "./films.js";
import { foldWords, withoutArticles } from "./titles.js";

const CUT_LETTERS = 24; // of a title
const LONGEST_TOKEN = 6000; // of an address that a server gets
const PLACEHOLDER = /^(Movie|Film) \S+$/;

/**
 * Writes the rated ones of some films as a token: the same ratings, the same text.
 * @param {Film[]} films
 */
export async function linkOf(films) {
  const { set = "", scale = "" } = document.body.dataset;
  /** @type {[Id | null, number, string, number | null][]} */
  const rows = films
    .filter(({ rating }) => rating !== undefined)
    .map((film) => [idHere(film) ?? null, starsOf(film), cut(film.title), film.year]);
  rows.sort(
    ([a, , aTitle, aYear], [b, , bTitle, bYear]) =>
      kind(a) - kind(b) || compare(a ?? 0, b ?? 0) || compare(aTitle, bTitle) || (aYear ?? 0) - (bYear ?? 0),
  );
  const text = JSON.stringify([set, scale.split(" ").map(Number), rows]);
  const packed = await through(new CompressionStream("deflate"), new TextEncoder().encode(text));
  const letters = btoa(String.fromCharCode(...packed));
  return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Writes the address of the list of some films; of a long one the server gets no more than `base`.
 * @param {string} base of a list
 * @param {Film[]} films
 */
export async function listAddress(base, films) {
  const token = await linkOf(films);
  return base + (token.length > LONGEST_TOKEN ? "#" : "/") + token;
}

/**
 * Reads a token's films back, each with its rating and scale, and its id in the set it is of; null
 * where it is not whole.
 * @param {string} token
 * @returns {Promise<Film[] | null>}
 */
export async function readLink(token) {
  try {
    const letters = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const bytes = await through(new DecompressionStream("deflate"), packed);
    const [set, scale, rows] = JSON.parse(new TextDecoder().decode(bytes));
    return rows.map((/** @type {[Id | null, number, string, number | null]} */ [id, rating, title, year]) => {
      return { title, year, ids: id === null ? {} : { [set]: id }, rating, scale, at: "" };
    });
  } catch {
    return null;
  }
}

/**
 * Finds the films of a link in the catalogue: by id in its set, else by title and year. Returns stars by
 * id, and the films that are not there.
 * @param {Film[]} films
 * @param {Pick<Titles, "movie_ids" | "titles" | "years">} titles
 */
export function foundIn(films, { movie_ids: ids, titles, years }) {
  /** @type {Map<string, number[]>} */
  const places = new Map();
  titles.forEach((title, index) => {
    const key = nameOf(title, years[index]);
    places.set(key, [...(places.get(key) ?? []), index]);
  });
  /** @type {Ratings} */
  const stars = Object.create(null);
  const missing = films.filter((film) => {
    const own = Object.values(film.ids)[0];
    const called = places.get(nameOf(film.title, film.year)) ?? [];
    const isSure = called.length === 1 && !PLACEHOLDER.test(film.title);
    const id = idHere(film) ?? ids[called.find((index) => isSure || ids[index] === own) ?? -1];
    if (id === undefined || !ids.includes(id)) return true;
    if (!(id in stars)) stars[id] = starsOf(film);
    return false;
  });
  return { stars, missing };
}

/** @param {string} title @param {number | null} year */
const nameOf = (title, year) => JSON.stringify([withoutArticles(foldWords(cut(title))), year]);

/** A title as links and what is compared with them have it. @param {string} title */
export const cut = (title) => [...title].slice(0, CUT_LETTERS).join("");

/** Numbers first, then texts, then none. @param {Id | null} id */
const kind = (id) => (id === null ? 2 : typeof id === "string" ? 1 : 0);

/** @param {Id} a @param {Id} b */
const compare = (a, b) => (a < b ? -1 : Number(a > b));

/**
 * @param {CompressionStream | DecompressionStream} stream
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function through(stream, bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

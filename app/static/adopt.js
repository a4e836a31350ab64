// Finds the films that were kept for another set of data in this one; what is not found stays as it is.
import { allFilms, idHere, keepFilms, scaleHere, setHere } from "./films.js";
import { makeMatcher } from "./match.js";
import { localTitles } from "./titles.js";

/** What earlier versions of the site kept: stars by a release's ids, and titles by ids of no known set. */
const OLD = ["ratings", "saved", "hidden"];

/** Looks for every film that has no id here. */
export async function adopt() {
  const catalogue = await localTitles();
  if (catalogue.set_key !== setHere()) return; // an open page of one set, the catalogue of another
  keepFilms(gather(catalogue, [...allFilms(), ...takeOver(catalogue)]));
  for (const key of OLD) localStorage.removeItem(key);
}

/**
 * Gives films the ids that they have in this set, and makes one of those that are the same. What has
 * no id at all is from somebody else's list, whose titles and years may differ a little.
 * @param {Titles} catalogue
 * @param {Film[]} films
 * @returns {Film[]}
 */
export function gather(catalogue, films) {
  const match = makeMatcher(catalogue);
  const set = setHere();
  /** @type {Map<string, { id: Id | undefined, same: Film[] }>} */
  const found = new Map();
  for (const film of films) {
    const known = idHere(film);
    const index = known === undefined ? match(film, Object.keys(film.ids).length === 0) : undefined;
    const id = index === undefined ? known : catalogue.movie_ids[index];
    const key = JSON.stringify(id === undefined ? [film.title, film.year] : `${id}`);
    if (!found.has(key)) found.set(key, { id, same: [] });
    const isNamedHere = index !== undefined && Object.keys(film.ids).length === 0;
    const named = isNamedHere ? { title: catalogue.titles[index], year: catalogue.years[index] } : {};
    found.get(key)?.same.push({ ...film, ...named });
  }
  return [...found.values()].flatMap(({ id, same }) => {
    if (areRivals(same)) return same;
    const film = same.reduce(merged);
    return [id === undefined ? film : { ...film, ids: { ...film.ids, [set]: id } }];
  });
}

/** Whether films of one set are called the same: which of them is meant is not known. @param {Film[]} films */
const areRivals = (films) =>
  films.some((a) => films.some((b) => Object.keys(a.ids).some((set) => set in b.ids && a.ids[set] !== b.ids[set])));

/** Makes one film of two, of which the newer counts. @param {Film} a @param {Film} b @returns {Film} */
function merged(a, b) {
  const [older, newer] = a.at > b.at ? [b, a] : [a, b];
  const both = { ...older, ...newer, ids: { ...b.ids, ...a.ids } };
  if (newer.rating !== undefined && newer.mark === undefined) delete both.mark; // what is rated was seen
  return both;
}

/**
 * Returns what earlier versions kept; ratings of another release than this catalogue's cannot be known.
 * @param {Titles} catalogue
 * @returns {Film[]}
 */
function takeOver(catalogue) {
  const read = (/** @type {string} */ key) => JSON.parse(localStorage.getItem(key) ?? "null") ?? {};
  const [{ release = "", ratings = {} }, saved, hidden] = OLD.map(read);
  const places = new Map(catalogue.movie_ids.map((id, index) => [`${id}`, index]));
  const at = new Date().toISOString();
  const isOpen = release === catalogue.release_id;
  const rated = Object.entries(ratings).flatMap(([id, rating]) => {
    const index = isOpen ? places.get(id) : undefined;
    if (index === undefined) return [];
    const [title, year] = [catalogue.titles[index], catalogue.years[index]];
    return [{ title, year, ids: { [setHere()]: catalogue.movie_ids[index] }, rating, scale: scaleHere(), at }];
  });
  const lost = Object.keys(ratings).length - rated.length;
  if (lost > 0) localStorage.setItem("lost", `${lost}`);
  /** @type {[object, Mark][]} */
  const marked = [[saved, "saved"], [hidden, "hidden"]];
  return [
    ...rated,
    ...marked.flatMap(([kept, mark]) =>
      Object.values(kept).map(({ title, year }) => ({ title, year: Number(year) || null, ids: {}, mark, at })),
    ),
  ];
}

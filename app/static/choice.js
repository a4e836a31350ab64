// What a visitor wants to see of a list: its order, which movies, and which page. The twin of app/model/choice.py.
import { t } from "./words.js";

const PER_PAGE = 10;
const NUMBERS = ["from", "to", "votes", "score_from", "score_to", "mean_from", "mean_to", "per_page", "page"];

/** @typedef {{ rank: number, movie: Movie, unclipped: number }} Row */

/** @param {number | null} value */
const orLast = (value) => value ?? -Infinity;

/** @type {Record<string, (row: Row) => number | string>} */
const SORTS = {
  best: ({ rank }) => rank,
  score: ({ unclipped }) => -unclipped,
  gap: ({ movie, unclipped }) => (movie.mean === null ? Infinity : movie.mean - unclipped),
  mean: ({ movie }) => -orLast(movie.mean),
  votes: ({ movie }) => -movie.votes,
  few: ({ movie }) => movie.votes,
  new: ({ movie }) => -orLast(movie.year),
  old: ({ movie }) => movie.year ?? Infinity,
  title: ({ movie }) => folded(movie.title),
};

/** A text that sorts as Python sorts it, by code points and without case. @param {string} title */
function folded(title) {
  const plain = [...title].map((letter) => letter.toUpperCase().toLowerCase()).join("");
  return String.fromCharCode(...new TextEncoder().encode(plain));
}

/**
 * Reads a choice from what follows the question mark; what is not there is null.
 * @param {string} search
 * @returns {Choice}
 */
export function choiceOf(search) {
  const given = new URLSearchParams(search);
  const text = (/** @type {string} */ name) => given.get(name)?.trim() || null;
  /** @type {[string, number | null][]} */
  const numbers = NUMBERS.map((name) => [name, text(name) === null ? null : Number(text(name))]);
  const [known, sort, genre] = [text("known"), text("sort") ?? "best", text("genre")];
  const choice = /** @type {Choice} */ ({ known, sort, genre, ...Object.fromEntries(numbers) });
  const wrong = numbers.filter(([, value]) => Number.isNaN(value)).map(([name]) => name);
  if (!Object.hasOwn(SORTS, sort)) wrong.push("sort");
  if (![null, "well", "less"].includes(known)) wrong.push("known");
  for (const name of wrong) {
    throw new Error(t("“{value}” is not possible here for {name}.", { value: `${text(name)}`, name }));
  }
  return { ...choice, per_page: choice.per_page ?? PER_PAGE, page: choice.page ?? 1 };
}

/** @type {<Name extends keyof Choice>(choice: Choice, ...names: Name[]) => boolean} */
const asks = (choice, ...names) => names.some((name) => choice[name] !== null);

/** Whether it is a list of a part of the catalogue. @param {Choice} choice */
export const narrows = (choice) => asks(choice, "genre", "from", "to", "votes");

/** Whether some of what is listed is left out by its stars. @param {Choice} choice */
export const boundsStars = (choice) => asks(choice, "score_from", "score_to", "mean_from", "mean_to");

/** @param {number | null} value @param {number | null} low @param {number | null} high */
function within(value, low, high) {
  if (low === null && high === null) return true;
  return value !== null && value >= (low ?? -Infinity) && value <= (high ?? Infinity);
}

/** Whether a choice's genre, years and votes let a movie in. @param {Choice} choice @param {Movie} movie */
export const letsIn = (choice, movie) =>
  (choice.genre === null || movie.genres.includes(choice.genre)) &&
  movie.votes >= (choice.votes ?? 0) &&
  within(movie.year, choice.from, choice.to);

/**
 * Returns the rows whose stars are chosen, sorted; ties stay in the order of recommendation. The rows are
 * those of movies that are let in.
 * @template {Row} Kind
 * @param {Choice} choice
 * @param {Kind[]} rows
 */
export function arrange(choice, rows) {
  return rows
    .filter(({ unclipped }) => within(unclipped, choice.score_from, choice.score_to))
    .filter(({ movie }) => within(movie.mean, choice.mean_from, choice.mean_to))
    .map((row) => ({ row, key: SORTS[choice.sort](row) }))
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ row }) => row);
}

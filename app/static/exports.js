// Writes what a visitor takes away, and reads it again, or what Letterboxd or IMDb gave them: in the browser.
import { cellsOf, recordsOf, tableOfCells } from "./csv.js";
import { t } from "./words.js";

/** @type {Mark[]} */
const MARKS = ["saved", "hidden", "seen"];
const LETTERBOXD_SCALE = [0.5, 5, 0.5];
const IMDB_SCALE = [1, 10, 1];
const COLUMNS = ["title", "year", "rating", "scale", "mark", "date"];
const NO_MOVIE = /series|episode|game|podcast/i; // of IMDb's title types

/** @typedef {{ rating?: string, scale: number[], mark?: string, ids?: Film["ids"] }} Said */

/** The columns that tell a kind of table from the others, and how it is read. */
const TABLES = [
  { columns: ["letterboxd uri", "name"], read: fromLetterboxd },
  { columns: ["const", "title"], read: fromImdb },
  { columns: ["title", "year", "rating", "scale", "mark"], read: fromHere },
];

/**
 * Returns the films that a file tells of.
 * @param {string} name of the file
 * @param {string} text
 * @returns {Film[]}
 */
export function readExport(name, text) {
  if (/^\uFEFF?\s*\{/.test(text)) return readDocument(name, text);
  const head = (cellsOf(text.slice(0, text.search(/[\r\n]|$/)))[0] ?? []).map((cell) => cell.trim().toLowerCase());
  const table = TABLES.find(({ columns }) => columns.every((column) => head.includes(column)));
  if (!table) throw notRead(name);
  return recordsOf(text).flatMap((row) => table.read(row, name));
}

/** @param {string} name */
function notRead(name) {
  const expected = t("Choose ratings.csv, watched.csv or watchlist.csv of Letterboxd, or ratings of IMDb as CSV.");
  return new Error(`${t("{name} is none of the files that can be read here.", { name })} ${expected}`);
}

/** @param {Record<string, string>} row @param {string} file */
function fromLetterboxd({ name, year, rating, date }, file) {
  const mark = /watchlist/i.test(file) ? "saved" : "seen";
  return film(name, year, date, { rating, scale: LETTERBOXD_SCALE, mark: rating ? undefined : mark });
}

/** @param {Record<string, string>} row */
function fromImdb(row) {
  if (NO_MOVIE.test(row["title type"])) return [];
  const [title, original, rating] = [row.title, row["original title"], row["your rating"]];
  const both = original && original !== title ? `${title} (${original})` : title;
  const date = row["date rated"] || row.created;
  return film(both, row.year, date, { rating, scale: IMDB_SCALE, mark: rating ? undefined : "saved" });
}

/** @param {Record<string, string>} row */
function fromHere({ title, year, rating, scale, mark, date }) {
  const plain = title.replace(/^'(?=[=+@\t-])/, "");
  return film(plain, year, date, { rating, scale: scale.split(" ").map(Number), mark });
}

/** @param {string} name @param {string} text */
function readDocument(name, text) {
  try {
    const { films } = JSON.parse(text);
    return films.flatMap((/** @type {Film} */ { title, year, ids, rating, scale, mark, at }) =>
      film(title, `${year ?? ""}`, at, { rating: `${rating ?? ""}`, scale: scale ?? [], mark, ids: { ...ids } }),
    );
  } catch {
    throw notRead(name);
  }
}

/**
 * Returns a film if there is anything to keep of it: stars on their scale, or a mark.
 * @param {string} title
 * @param {string} year
 * @param {string} date
 * @param {Said} said
 * @returns {Film[]}
 */
function film(title, year, date, { rating, scale, mark, ids = {} }) {
  const at = /^\d{4}-\d\d-\d\d/.test(date) ? date : new Date().toISOString();
  /** @type {Film} */
  const made = { title: String(title ?? ""), year: Number(year) || null, ids, at };
  const stars = Number(rating || NaN);
  const [low, high] = scale;
  if (stars >= low && stars <= high) Object.assign(made, { rating: stars, scale });
  const kind = MARKS.find((each) => each === mark);
  if (kind) made.mark = kind;
  return made.title && (made.rating !== undefined || made.mark) ? [made] : [];
}

/** @param {Film[]} films */
export const asJson = (films) => JSON.stringify({ films }, null, 1);

/** @param {Film[]} films */
export function asCsv(films) {
  const rows = films.map(({ title, year, rating, scale, mark, at }) => {
    return [title, year ?? "", rating ?? "", scale?.join(" ") ?? "", mark ?? "", at];
  });
  return tableOfCells([COLUMNS, ...rows]);
}

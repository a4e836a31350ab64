// Finds films in the catalogue of this data by title and year: one film, or none.
import { ARTICLES, foldWords, withoutArticles } from "./titles.js";

const PLACEHOLDER = /^(Movie|Film) \d+$/; // what a set without titles calls its movies
const SEVERAL = -1;

/** The words of a title in one order: "Matrix, The" is "The Matrix". @param {string} title */
function fold(title) {
  const inOrder = title.trim().replace(/^(.+), (\p{L}+['’]?)$/u, (whole, rest, last) => {
    const [word = ""] = foldWords(last);
    if (!ARTICLES.has(word) && word !== "l") return whole;
    return `${last}${word === "l" ? "" : " "}${rest}`;
  });
  return foldWords(inOrder);
}

/** What a title says in all, and what it says in and outside of brackets. @param {string} title */
function names(title) {
  const [, before = "", within = ""] = /^(.+?)\s*\((?:a\.?k\.?a\.?\s+)?(.+?)\s*\)$/i.exec(title.trim()) ?? [];
  return [title, before, within].map(fold).filter((words) => words.length > 0);
}

/** @param {string[]} words @param {unknown} year */
const key = (words, year = "") => `${words.join(" ")} ${year ?? ""}`;

/**
 * Makes what finds a film's index in the catalogue: where several movies are called the same only the
 * one with its id, of any set; `loosely` also without articles, and a year too early or late.
 * @param {Pick<Titles, "movie_ids" | "titles" | "years">} catalogue
 * @returns {(film: Pick<Film, "title" | "year" | "ids">, loosely?: boolean) => number | undefined}
 */
export function makeMatcher({ movie_ids: ids, titles, years }) {
  /** @type {Map<string, number>[]} */
  const [whole, part, bare, undated] = [new Map(), new Map(), new Map(), new Map()];
  /** @type {(map: Map<string, number>, text: string, index: number) => unknown} */
  const add = (map, text, index) => map.set(text, (map.get(text) ?? index) === index ? index : SEVERAL);
  titles.forEach((title, index) => {
    if (PLACEHOLDER.test(title) || title === `${ids[index]}`) return;
    add(whole, key(fold(title), years[index]), index);
    for (const words of names(title)) {
      add(part, key(words, years[index]), index);
      add(bare, key(withoutArticles(words), years[index]), index);
      add(undated, key(words), index);
    }
  });

  return ({ title, year, ids: own }, loosely = false) => {
    const known = new Set(Object.values(own).map(String));
    const agreed = [...known].length
      ? ids.findIndex((id, index) => known.has(`${id}`) && titles[index] === title && years[index] === year)
      : SEVERAL;
    if (agreed >= 0) return agreed;
    if (PLACEHOLDER.test(title) || known.has(title)) return undefined;
    const called = names(title);
    /** @type {(number | undefined)[]} */
    const found = [whole.get(key(fold(title), year)), ...called.map((words) => part.get(key(words, year)))];
    if (loosely && year !== null) {
      found.push(...called.map((words) => bare.get(key(withoutArticles(words), year))));
      const near = called.map((words) => undated.get(key(words)) ?? SEVERAL);
      found.push(...near.filter((index) => Math.abs((years[index] ?? Infinity) - year) <= 1));
    }
    const first = found.find((index) => index !== undefined) ?? SEVERAL;
    return first === SEVERAL ? undefined : first;
  };
}

// How texts, counts, days, numbers and ids in addresses are written in the page's language.
// The twin of languages.py, filters.py, dates.py and addresses.py.

const root = globalThis.document?.documentElement;
const language = root?.lang || "en";

/** What the page's address begins with, such as /de: addresses of pages do too. */
export const prefix = root?.dataset.prefix ?? "";

/** @type {Record<string, string | string[]>} */
const texts = language === "en" ? {} : await fetchTexts();

/** Where these cannot be had the page speaks English, as its scripts do. */
async function fetchTexts() {
  try {
    return await (await fetch(new URL(`texts-${language}.json`, import.meta.url))).json();
  } catch {
    return {};
  }
}

/**
 * Writes a text of the site in the page's language; {name} stands for a value.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function t(text, values = {}) {
  return filled(texts[text] ?? text, values);
}

/** @param {string | string[]} text @param {Record<string, string | number>} values */
const filled = (text, values) => `${text}`.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

/**
 * The same of a text that depends on a count, which is {n}.
 * @param {string} one
 * @param {string} more
 * @param {number} n
 * @param {Record<string, string | number>} values
 */
export function tn(one, more, n, values = {}) {
  const isOne = language === "fr" ? n <= 1 : n === 1;
  return filled((texts[one] ?? [one, more])[isOne ? 0 : 1], { n: count(n), ...values });
}

/** @param {Id} id */
export const address = (id) =>
  encodeURIComponent(`${id}`.replace(/[%/]|\.(?=(json|csv)?$)/g, (own) => `%${own.charCodeAt(0).toString(16)}`));

/** @param {{ movie_id: Id }} movie */
export const movieUrl = ({ movie_id: id }) => `${prefix}/movies/${address(id)}`;

/** @param {number} number */
export function count(number) {
  return number.toLocaleString(language).replace("-", "−");
}

/** @type {Record<string, (n: number) => string>} */
const COUNTED = {
  movie: (n) => tn("{n} movie", "{n} movies", n),
  page: (n) => tn("{n} page", "{n} pages", n),
  rating: (n) => tn("{n} rating", "{n} ratings", n),
  suggestion: (n) => tn("{n} suggestion", "{n} suggestions", n),
  vote: (n) => tn("{n} vote", "{n} votes", n),
};

/** @param {number} number @param {string} noun */
export function plural(number, noun) {
  return COUNTED[noun](number);
}

/**
 * Writes a moment as the day that it is here: 22 Nov 2026, 22. Nov. 2026, 22 nov. 2026.
 * @param {string | number | Date} moment
 */
export function day(moment) {
  const date = new Date(moment);
  if (language !== "en") {
    return date.toLocaleDateString(language, { day: "numeric", month: "short", year: "numeric" });
  }
  return `${date.getDate()} ${date.toLocaleString("en-US", { month: "short" })} ${date.getFullYear()}`;
}

/**
 * Writes a number to a few decimals as Python does: what is halfway goes to the even digit.
 * @param {number} value
 * @param {number} decimals
 */
export function fixed(value, decimals) {
  const text = value.toFixed(decimals);
  const isHalfway = Math.abs(value * 2 ** (decimals + 1)) % 2 === 1;
  return isHalfway && Number(text.at(-1)) % 2 ? (value * (1 - 1e-9)).toFixed(decimals) : text;
}

/**
 * Writes a number, as `fixed` or a template does, with the marks of the page's language.
 * @param {string} text
 */
export const numberText = (text) => text.replace("-", "−").replace(".", language === "en" ? "." : ",");

// How counts, days, numbers and ids in addresses are written. The twin of filters.py, dates.py and addresses.py.

/**
 * Writes a text of the site in the page's language; {name} stands for a value.
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function t(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * The same of a text that depends on a count, which is {n}.
 * @param {string} one
 * @param {string} more
 * @param {number} n
 * @param {Record<string, string | number>} values
 */
export const tn = (one, more, n, values = {}) => t(n === 1 ? one : more, { n: count(n), ...values });

/** @param {Id} id */
export const address = (id) =>
  encodeURIComponent(`${id}`.replace(/[%/]|\.(?=(json|csv)?$)/g, (own) => `%${own.charCodeAt(0).toString(16)}`));

/** @param {{ movie_id: Id }} movie */
export const movieUrl = ({ movie_id: id }) => `/movies/${address(id)}`;

/** @param {number} number */
export function count(number) {
  return number.toLocaleString("en").replace("-", "−");
}

/** @param {number} number @param {string} noun */
export function plural(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * Writes a moment as the day that it is here: 22 Nov 2026.
 * @param {string | number | Date} moment
 */
export function day(moment) {
  const date = new Date(moment);
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

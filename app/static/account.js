// How a score comes about, from what each rating adds to it. The twin of app/model/account.py.
import { fixed, t } from "./words.js";

const MOST_RATINGS = 5;

/** @param {number} value */
const rounded = (value) => Number(fixed(value, 2));

/**
 * What each of a visitor's ratings adds, the strongest by name, the others together: all sum to the score
 * as it is shown, for what rounding leaves goes to the largest.
 * @param {string[]} titles
 * @param {number[]} parts
 * @param {number} start
 * @param {number} score
 * @returns {Account}
 */
export function accountOfRatings(titles, parts, start, score) {
  const order = [...parts.keys()].sort((a, b) => Math.abs(parts[b]) - Math.abs(parts[a]));
  const rest = order.splice(MOST_RATINGS).reduce((sum, place) => sum + parts[place], 0);
  const named = order.map((place) => ({ label: titles[place], stars: parts[place] }));
  const beyond = score - start - named.reduce((sum, { stars }) => sum + stars, 0) - rest;
  const all = [
    ...named,
    { label: t("Your other ratings"), stars: rest },
    { label: t("The scale’s end"), stars: beyond },
  ].map(({ label, stars }) => ({ label, stars: rounded(stars) }));
  const left = rounded(score) - rounded(start) - all.reduce((sum, { stars }) => sum + stars, 0);
  const largest = all.reduce((most, part) => (Math.abs(part.stars) > Math.abs(most.stars) ? part : most));
  largest.stars = rounded(largest.stars + left);
  return { start: rounded(start), parts: all.filter(({ stars }) => stars !== 0), score: rounded(score) };
}

/**
 * The parts as bars, each beginning where the one before it ends, in hundredths of the drawing.
 * @param {Account} account
 */
export function steps({ start, parts }) {
  const stands = [start];
  for (const { stars } of parts) stands.push(stands[stands.length - 1] + stars);
  const low = Math.min(...stands);
  const high = Math.max(...stands);
  const unit = high > low ? 100 / (high - low) : 0;
  return parts.map((part, n) => ({
    ...part,
    left: fixed((Math.min(stands[n], stands[n + 1]) - low) * unit, 1),
    width: fixed(Math.abs(stands[n + 1] - stands[n]) * unit, 1),
  }));
}

// How a score comes about, from what each rating adds to it. The twin of app/model/account.py.
import { fixed, t } from "./words.js";

const MOST_RATINGS = 5;

const LEAST_SHARE = 0.0075; // of the scale's span

/** @typedef {import("./scale.js").RatingScale} RatingScale */

/** @param {number} value */
const rounded = (value) => Number(fixed(value, 2));

/**
 * What each of a visitor's ratings adds, the strongest by name, the others together: all sum to the score
 * as it is shown, for what rounding leaves goes to the largest.
 * @param {string[]} titles
 * @param {number[]} parts
 * @param {[start: number, score: number]} ends
 * @param {RatingScale} scale
 * @returns {Account}
 */
export function accountOfRatings(titles, parts, [start, score], scale) {
  const order = [...parts.keys()].sort((a, b) => Math.abs(parts[b]) - Math.abs(parts[a]));
  const rest = order.splice(MOST_RATINGS).reduce((sum, place) => sum + parts[place], 0);
  const named = order.map((place) => ({ label: titles[place], stars: parts[place] }));
  const beyond = score - start - parts.reduce((sum, part) => sum + part, 0);
  const label =
    beyond < 0
      ? t("Cannot go above {stars}", { stars: scale.ratingText(scale.high) })
      : t("Cannot go below {stars}", { stars: scale.ratingText(scale.low) });
  if (beyond) named.push({ label, stars: beyond });
  const isLarge = (/** @type {{ stars: number }} */ { stars }) =>
    Math.abs(stars) >= LEAST_SHARE * (scale.high - scale.low);
  const small = rest + named.reduce((sum, part) => sum + (isLarge(part) ? 0 : part.stars), 0);
  const told = [...named.filter(isLarge), { label: t("The other ratings"), stars: small }];
  const all = (named.length > 0 ? told : []).map((part) => ({ ...part, stars: rounded(part.stars) }));
  if (all.length === 0) return { start: rounded(start), parts: [], score: rounded(score) };
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

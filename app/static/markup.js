// A row of a list as markup, where the device makes the list. The twin of app/markup/lists.py and picks.py.
import { steps } from "./account.js";
import { foldWords } from "./titles.js";
import { fixed, movieUrl, plural, t } from "./words.js";

/** @typedef {import("./scale.js").RatingScale} RatingScale */

const SMALL_WORDS = new Set("a an and at for in of on or the to".split(" "));
const N_HUES = 9;
const N_ARTS = 6;
export const FEW_VOTES = 10;
const BAR =
  '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="off" width="100" height="8"/>';
const DOT = '<span class="dot"> · </span>';
const NO_REASON = t(
  "No one movie that you liked brings it here: all your ratings together do, and how many people have rated it.",
);

/** @type {Record<string, string>} */
const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;" };

/** @param {string} text */
export const escape = (text) => text.replace(/[&<>'"]/g, (letter) => ESCAPED[letter]);

/** @param {string} title */
export function initials(title) {
  const words = foldWords(title);
  const telling = words.filter((word) => !SMALL_WORDS.has(word));
  const shown = (telling.length ? telling : words).slice(0, 2);
  return shown.map(([letter]) => letter).join("").toUpperCase() || "★";
}

/** @param {Id} movieId */
export function tileClass(movieId) {
  let mixed = 0;
  for (const letter of `${movieId}`) {
    mixed = Math.imul(mixed ^ Number(letter.codePointAt(0)), 2_654_435_761) >>> 0;
  }
  return `hue-${(mixed >>> 16) % N_HUES} art-${(mixed >>> 8) % N_ARTS}`;
}

/** @param {Movie} movie */
function tile({ movie_id: id, title }) {
  return `<span class="tile ${tileClass(id)}" aria-hidden="true"><span>${escape(initials(title))}</span></span>`;
}

/** @param {Movie} movie */
function facts({ year, genres }) {
  return [...(year ? [String(year)] : []), ...genres.map((genre) => escape(t(genre)))].join(DOT);
}

/** @param {number} value @param {RatingScale} scale */
function stars(value, scale) {
  const { rowWidth } = scale;
  return (
    `<svg class="stars" viewBox="0 0 ${rowWidth} 20" aria-hidden="true" focusable="false">` +
    `<g clip-path="url(#star-row)"><rect class="off" width="${rowWidth}" height="20"/>` +
    `<rect class="on" width="${scale.filled(value)}" height="20"/></g></svg>`
  );
}

/** @param {Movie} movie @param {RatingScale} scale */
function crowd({ mean, votes }, scale) {
  if (mean === null) return t("no votes yet");
  const few = votes < FEW_VOTES ? ` <span class="few">${t("few votes")}</span>` : "";
  return `${t("everyone")} <span class="num">${scale.scoreText(mean)}</span>${DOT}${plural(votes, "vote")}${few}`;
}

/** @param {Recommendation} pick @param {RatingScale} scale @param {string} usual */
function howMuch({ movie, score, unclipped, error }, scale, usual) {
  const text = scale.scoreText(error);
  const own =
    text === usual
      ? ""
      : ` <span class="quiet num"><span class="unseen">, ${t("give or take")} </span>` +
        `<span aria-hidden="true">±</span>${text}</span>`;
  return (
    `<p class="score">${stars(score, scale)} <b class="num">${scale.predictedText(unclipped)}</b>` +
    `<span class="unseen"> ${t("predicted, of {high}", { high: scale.ratingText(scale.high) })}</span>${own}</p>\n` +
    `<p class="meta">${crowd(movie, scale)}</p>${gap(movie, unclipped, scale)}`
  );
}

/** @param {Movie} movie @param {number} unclipped @param {RatingScale} scale */
function gap({ mean }, unclipped, scale) {
  if (mean === null) return "";
  const text = scale.differenceText(unclipped - mean);
  if (!text) return `\n<p class="meta">${t("as everyone")}</p>`;
  return unclipped > mean
    ? `\n<p class="meta difference num up">${t("{stars} more than everyone", { stars: text })}</p>`
    : `\n<p class="meta difference num down">${t("{stars} less than everyone", { stars: text })}</p>`;
}

/**
 * How far the predictions of a list are off, as most rows would say it.
 * @param {Recommendation[]} picks
 * @param {RatingScale} scale
 */
export function usualError(picks, scale) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { error } of picks) {
    const text = scale.scoreText(error);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  return [...counts.keys()].find((text) => counts.get(text) === most) ?? "";
}

/** @param {Recommendation} pick */
function why({ reasons }) {
  if (reasons.length === 0) return NO_REASON;
  const [one, other] = reasons.map(
    (movie) => `<a href="${movieUrl(movie)}"><cite>${escape(movie.title)}</cite></a>`,
  );
  if (!other) return t("Because you liked {movie}.", { movie: one });
  return t("Because you liked {one} and {other}.", { one, other });
}

/** @param {string} first @param {string} last */
function head(first, last) {
  const columns = [first, t("Bar"), last].map((name) => `<th scope="col">${name}</th>`);
  return `<thead class="unseen"><tr>${columns.join("")}</tr></thead>`;
}

/** @param {Recommendation} pick @param {RatingScale} scale */
function accountTable({ movie, account }, scale) {
  const cited = `<cite>${escape(movie.title)}</cite>`;
  const caption = t("What adds up to the stars predicted for {movie}", { movie: cited });
  const rows = steps(account).map(({ label, stars: added, left, width }) => {
    const sign = added > 0 ? "up" : "down";
    return (
      `<tr><th scope="row">${escape(label)}</th><td>${BAR}` +
      `<rect class="${sign}" x="${left}" width="${width}" height="8"/></svg></td>` +
      `<td class="num ${sign}">${scale.partText(added)}</td></tr>\n`
    );
  });
  return (
    `<table class="bars account">\n<caption>${caption}</caption>\n${head(t("Part"), t("Stars"))}\n<tbody>\n` +
    `<tr><th scope="row">${t("What people in general would give it")}</th><td></td>` +
    `<td class="num">${scale.exactText(account.start)}</td></tr>\n${rows.join("")}</tbody>\n` +
    `<tfoot><tr><th scope="row">${t("Predicted")}</th><td></td>` +
    `<td class="num">${scale.exactText(account.score)}</td></tr></tfoot>\n</table>`
  );
}

/** @param {Recommendation} pick */
function shareTable({ movie, reasons }) {
  const rows = reasons.map(
    ({ title, share }) =>
      `<tr><th scope="row">${escape(title)}</th><td>${BAR}` +
      `<rect class="on" width="${fixed(100 * share, 1)}" height="8"/></svg></td>` +
      `<td class="num">${fixed(100 * share, 0)} %</td></tr>\n`,
  );
  const caption = t("Which of your ratings count most for {movie}", { movie: `<cite>${escape(movie.title)}</cite>` });
  return (
    `<table class="bars">\n<caption>${caption}</caption>\n` +
    `${head(t("Movie"), t("Share"))}\n<tbody>\n${rows.join("")}</tbody>\n</table>`
  );
}

/** @param {Recommendation} pick @param {RatingScale} scale */
function fullAccount(pick, scale) {
  const off = t("Predictions like this one are typically off by about {stars} stars.", {
    stars: scale.scoreText(pick.error),
  });
  const tables = accountTable(pick, scale) + (pick.reasons.length > 0 ? shareTable(pick) : "");
  return `<details>
<summary>${t("The full account")}<span class="unseen">: ${escape(pick.movie.title)}</span></summary>
${tables}<p class="told">${off}</p>
</details>`;
}

/** @param {Recommendation} pick @param {RatingScale} scale @param {string} usual */
export function pickItem(pick, scale, usual) {
  const { movie } = pick;
  const title = escape(movie.title);
  const id = escape(`${movie.movie_id}`);
  return `<li class="pick" data-movie="${id}" data-title="${title}" data-year="${movie.year || ""}">
<span class="rank num" aria-hidden="true">${pick.rank}</span>
${tile(movie)}
<div class="what">
<h3><span class="unseen">${t("Rank {rank}:", { rank: pick.rank })} </span><a href="${movieUrl(movie)}">${title}</a></h3>
<p class="meta">${facts(movie)}</p>
</div>
<div class="how-much">
${howMuch(pick, scale, usual)}
</div>
<div class="why">
<p>${why(pick)}</p>
${fullAccount(pick, scale)}
</div>
</li>
`;
}

/**
 * A rating as an item of a list. The twin of app/markup/own_ratings.py.
 * @param {Movie} movie
 * @param {number} value
 * @param {RatingScale} scale
 */
export function ownItem(movie, value, scale) {
  const { movie_id: id, title } = movie;
  const year = movie.year ? ` <span class="quiet num">${movie.year}</span>` : "";
  const classes = `tile ${tileClass(id)} small`;
  return `<li><span class="${classes}" aria-hidden="true"><span>${escape(initials(title))}</span></span>
<div><a href="${movieUrl(movie)}">${escape(title)}</a>${year}
<p class="meta">${stars(value, scale)} <span class="num">${scale.ratingText(value)}</span></p></div></li>
`;
}

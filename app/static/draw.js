// The chart of a list as markup, where the device makes the list. The twin of app/model/chart.py and chart_labels.py.
import { escape } from "./markup.js";
import { count, fixed, movieUrl, plural, t } from "./words.js";

/** @typedef {import("./scale.js").RatingScale} RatingScale */
/** @typedef {import("./choice.js").Row} Row */
/** @typedef {{ x: number, y: number, r: number }} Dot */
/** @typedef {Record<"figure" | "told" | "chips" | "score" | "mean", string>} Texts as the server has them */
/** @typedef {{ rows: Row[], inside: Movie[], others: number[][], given: number[][] }} Drawn */

const [LEFT, RIGHT, TOP, BOTTOM] = [48, 628, 56, 636];
const N_NAMED = 5;
const MOST_RINGS = 150;
const MOST_LETTERS = 22;
const LETTER = 24;
const LINE = 1.15 * LETTER;
const GAP = 8;
const SIDES = [-1, 1];
const SHIFTS = [1, 2, 3, 4, 5, 6, 7].flatMap((n) => [-n, n]);

/**
 * Draws the rows, those that pass the filter strongly, with what stands around them.
 * @param {Texts} texts
 * @param {Drawn} drawn
 * @param {RatingScale} scale
 * @param {string} chips
 */
export function drawChart(texts, { rows, inside, others, given }, scale, chips) {
  const points = rows.flatMap(({ movie, unclipped: score }) =>
    movie.mean === null ? [] : [{ movie, score, mean: movie.mean, title: escape(movie.title) }],
  );
  if (points.length === 0) return "";
  const [low, high] = ends(points.flatMap(({ score, mean }) => [score, mean]), scale);
  const along = (/** @type {number} */ stars) => ((stars - low) / (high - low)) * (RIGHT - LEFT);
  const place = (/** @type {number[]} */ [mean, score], decimals = 1) =>
    [LEFT + along(mean), BOTTOM - along(score)].map((each) => fixed(each, decimals));
  const path = (/** @type {number[][]} */ pairs) => {
    const shown = pairs.filter((pair) => pair.every((each) => each >= low && each <= high));
    return shown.map((pair) => `M${place(pair, 0).join(" ")}h0`).join("");
  };
  const most = Math.max(...points.map(({ movie }) => movie.votes));
  const dots = points.map(({ movie, mean, score }) => {
    const [x, y] = place([mean, score]).map(Number);
    const share = most ? Math.log1p(movie.votes) / Math.log1p(most) : 1;
    return { x, y, r: Number(tenths(4 + 4 * share ** 3)) };
  });
  const above = points.map(({ mean, score, movie }, n) => ({ gap: score - mean, dot: dots[n], name: movie.title }));
  const named = above.filter(({ gap }) => gap > 0).sort((a, b) => b.gap - a.gap);
  const written = points.map(({ movie, title, ...stars }, n) => {
    const [score, mean] = [scale.predictedText(stars.score), scale.scoreText(stars.mean)];
    const name = movie.year ? `${title} (${movie.year})` : title;
    const told = t(texts.told, { movie: name, score, mean, votes: plural(movie.votes, "vote") });
    const [x, y, r] = [dots[n].x, dots[n].y, dots[n].r].map(tenths);
    const out = inside.includes(movie) ? "" : " class=out";
    const href = movieUrl(movie);
    const cells = [score, mean, count(movie.votes)].map((text) => `<td class="num">${text}</td>`);
    return {
      circle: `<circle${out} cx="${x}" cy="${y}" r="${r}" data-href="${href}" data-text="${told}"/>\n`,
      row: `<tr><th scope="row"><a href="${href}">${title}</a></th>${cells.join("")}</tr>\n`,
    };
  });
  return t(texts.figure, {
    above: named.length,
    n: points.length,
    low: decimal(low),
    high: decimal(high),
    chips,
    ticks: ticks(low, high).map((value) => tick(place([value, value]), scale.ratingText(value))).join("\n"),
    others: path(others),
    given: path(given.filter((_, n) => n % (1 + Math.floor(given.length / MOST_RINGS)) === 0)),
    points: written.map(({ circle }) => circle).join(""),
    names: names(named.slice(0, N_NAMED), dots).join("\n"),
    rows: written.map(({ row }) => row).join(""),
  });
}

/**
 * The bounds of stars that a choice has, each with a link that undoes it.
 * @param {Texts} texts
 * @param {Choice} choice
 * @param {RatingScale} scale
 * @param {(name: "score" | "mean") => string} undo
 */
export function chipsOf(texts, choice, scale, undo) {
  const chips = /** @type {const} */ (["score", "mean"]).flatMap((name) => {
    const bounds = [choice[`${name}_from`], choice[`${name}_to`]];
    if (bounds.every((each) => each === null)) return [];
    const [low, high] = bounds.map((each) => (each === null ? "" : scale.exactText(each)));
    return t(texts[name], { href: escape(undo(name)), low, high });
  });
  return chips.length ? t(texts.chips, { chips: chips.join("") }) : "";
}

/** @param {number} value */
const tenths = (value) => fixed(value, 1);

/** A number as Python writes it. @param {number} value */
const decimal = (value) => (Number.isInteger(value) ? `${value}.0` : `${value}`);

/** What both axes run from and to. @param {number[]} stars @param {RatingScale} scale */
function ends(stars, { low, high }) {
  const span = high - low;
  const step = stepOf(span * 0.125);
  const [least, most] = [Math.min(...stars), Math.max(...stars)];
  const start = Math.floor(Math.min(least - 0.02 * span, low + 0.375 * span) / step) * step;
  const end = most > high ? most + 0.02 * span : high;
  return [Math.max(start, Math.min(low, least)), end].map((each) => tidy(each, step));
}

/** Round values between two others. @param {number} low @param {number} high */
function ticks(low, high) {
  const step = stepOf((high - low) / 4);
  const [first, last] = [low, high].map((each) => Number((each / step).toFixed(6)));
  const values = [];
  for (let n = Math.ceil(first); n <= last; n++) values.push(tidy(n * step, step));
  return values;
}

/** @param {number} value @param {number} step */
const tidy = (value, step) => Number(value.toFixed(Math.max(6, 3 - Math.floor(Math.log10(step)))));

/** 1, 2 or 5 times a power of ten, at most as much as this. @param {number} about */
function stepOf(about) {
  const power = 10 ** Math.floor(Math.log10(about));
  return power * Math.max(...[1, 2, 5].filter((n) => n * power <= about * (1 + 1e-9)));
}

/** @param {string[]} place @param {string} text */
function tick([x, y], text) {
  const below = `<text x="${x}" y="${BOTTOM + 36}">${text}</text>`;
  const beside = `<text class="end" x="${LEFT - 8}" y="${tenths(Number(y) + 5)}">${text}</text>`;
  return `<path d="M${x} ${TOP}V${BOTTOM}M${LEFT} ${y}H${RIGHT}"/>${below}${beside}`;
}

/**
 * Writes names beside their dots, where they cover nothing.
 * @param {{ dot: Dot, name: string }[]} named
 * @param {Dot[]} dots
 */
function names(named, dots) {
  const taken = dots.map(({ x, y, r }) => [x - r, x + r, y - r, y + r]);
  return named.flatMap(({ dot, name }) => {
    const letters = [...name];
    const text = letters.length > MOST_LETTERS ? `${letters.slice(0, MOST_LETTERS - 1).join("").trimEnd()}…` : name;
    const width = 0.52 * LETTER * [...text].length;
    for (const { dx, dy, toLeft, apart } of tries(dot.r)) {
      const [x, y] = [dot.x + dx, dot.y + dy];
      const start = toLeft ? x - width : x;
      const [left, right, top, bottom] = [start, start + width, y - LINE / 2, y + LINE / 2];
      if (left < LEFT || right > RIGHT || top < TOP || bottom > BOTTOM) continue;
      if (taken.some((box) => left < box[1] && box[0] < right && top < box[3] && box[2] < bottom)) continue;
      taken.push([left, right, top, bottom]);
      const line = `<path d="M${tenths(dot.x)} ${tenths(dot.y)}L${tenths(x)} ${tenths(y)}"/>`;
      const end = toLeft ? ' class="end"' : "";
      return `${apart ? line : ""}<text${end} x="${tenths(x)}" y="${tenths(y + 5)}">${escape(text)}</text>`;
    }
    return [];
  });
}

/** Where a name could stand, the best first. @param {number} r of its dot */
function tries(r) {
  const [away, upright] = [r + GAP, r + LINE / 2];
  return [
    ...SIDES.map((side) => ({ dx: side * away, dy: 0, toLeft: side < 0, apart: false })),
    ...[-upright, upright].flatMap((dy) => SIDES.map((side) => ({ dx: side * r, dy, toLeft: side > 0, apart: false }))),
    ...SHIFTS.flatMap((shift) => {
      const [dx, dy] = [away + GAP * Math.abs(shift), (shift * LINE) / 2];
      return SIDES.map((side) => ({ dx: side * dx, dy, toLeft: side < 0, apart: true }));
    }),
  ];
}

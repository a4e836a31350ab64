// What else a visitor is asked about: well known movies that they may not like, and two that tell
// tastes apart: those whose scores' difference is least known after the stars given.
//
// Sources: Rokach and Kisilevich (2012), "Initial profile generation in recommender systems using
// pairwise comparison"; Sepliarskaia et al. (2018), "Preference elicitation as an optimization problem".
// There a visitor says which of two they prefer; here both get stars, which say that and more.
import { find, findAll } from "./dom.js";
import { ratings } from "./films.js";
import { dot, fold, makeModel, scores } from "./fold-in.js";

const WELL_KNOWN = 100;
const N_DISLIKED = 3;
const LIKES = 3; // from here on, and with fewer dislikes than that, these are asked for
const DISLIKES = 2;

/**
 * @typedef {object} Rows
 * @property {(movie: FoundTitle, isOwn: boolean) => HTMLElement} makeRow
 * @property {(id: Id) => HTMLElement | undefined} rowOf
 * @property {(row?: HTMLElement) => void} enter
 * @property {(rows: HTMLElement[]) => void} keep
 */

/**
 * Returns what asks, as far as the ratings give reason to.
 * @param {HTMLFormElement} form
 * @param {Rows} rows
 */
export async function start(form, { makeRow, rowOf, enter, keep }) {
  const { titles, model } = await fetchAll(form.dataset);
  const indices = new Map(titles.movie_ids.map((id, index) => [`${id}`, index]));
  const [low, high] = model.about.scale;
  const dislikes = find(form, "[data-dislikes]");
  const pair = find(form, "[data-pair]");
  /** @type {Set<number>} */
  const passed = new Set();

  /** @param {HTMLElement} below */
  function ask(below) {
    const stars = Object.values(ratings()).map((star) => star - (low + high) / 2);
    const likes = stars.filter((star) => star > 0).length;
    const disliked = stars.filter((star) => star < 0).length;
    if (pair.hidden) show(pair, tellingPair, below);
    if (dislikes.hidden && likes >= LIKES && disliked < DISLIKES) show(dislikes, leastLiked, below);
  }

  /** @param {HTMLElement} part @param {typeof tellingPair} choose @param {HTMLElement} below */
  function show(part, choose, below) {
    below.after(part);
    fill(part, choose);
  }

  /**
   * Fills a part with the movies that a rule chooses among those that many know.
   * @param {HTMLElement} part
   * @param {typeof tellingPair} choose
   */
  function fill(part, choose) {
    const own = Object.entries(ratings()).flatMap(([id, star]) => {
      const index = indices.get(id);
      return index === undefined ? [] : [{ index, star }];
    });
    const given = own.map(({ index }) => index);
    const isLeft = (/** @type {number} */ index) =>
      !given.includes(index) && !passed.has(index) && !rowOf(titles.movie_ids[index]);
    const among = [...titles.votes.keys()]
      .filter((index) => titles.votes[index] > 0 && isLeft(index))
      .sort((a, b) => titles.votes[b] - titles.votes[a])
      .slice(0, WELL_KNOWN);
    const chosen = choose(model, given, own.map(({ star }) => star), among);
    for (const index of chosen) passed.add(index);
    const movies = chosen.map((index) => ({
      movie_id: titles.movie_ids[index],
      title: titles.titles[index],
      year: titles.years[index],
    }));
    find(part, "ul").append(...movies.map((movie) => makeRow(movie, false)));
    part.hidden = chosen.length === 0;
  }

  find(pair, ".take button").addEventListener("click", () => {
    keep(findAll(pair, "li"));
    fill(pair, tellingPair);
    enter(findAll(pair, "li")[0]);
  });
  return ask;
}

/** @param {DOMStringMap} addresses */
async function fetchAll({ titles = "", foldIn = "", factors = "" }) {
  const parts = await Promise.all([titles, foldIn, factors].map((address) => fetch(address)));
  if (parts.some(({ ok }) => !ok)) throw new Error("What tells which movies to ask about did not come.");
  if (new Set(parts.map(({ headers }) => headers.get("X-Release-Id"))).size > 1) {
    throw new Error("Its parts are of two releases.");
  }
  /** @type {Titles} */
  const columns = await parts[0].json();
  return { titles: columns, model: makeModel(await parts[1].json(), await parts[2].arrayBuffer()) };
}

/**
 * Chooses two among some movies, all by index: the difference of their scores has the largest variance,
 * (x - y)ᵀ V (x - y), of all pairs, for who gave these stars to these movies. Nothing where there are no two.
 * @param {FoldingModel} model
 * @param {number[]} given
 * @param {number[]} stars
 * @param {number[]} among
 */
export function tellingPair(model, given, stars, among) {
  const { spread } = fold(model, given, stars);
  const x = among.map(model.loading);
  const reach = x.map((row) => spread.map((each) => dot(each, row)));
  const own = x.map((row, i) => dot(row, reach[i]));
  let most = -Infinity;
  /** @type {number[]} */
  let pair = [];
  x.forEach((row, i) => {
    for (let j = 0; j < i; j++) {
      const variance = own[i] + own[j] - 2 * dot(row, reach[j]);
      if (variance > most) [most, pair] = [variance, [among[j], among[i]]];
    }
  });
  return pair;
}

/**
 * Chooses the few among some movies, by index, that get the lowest scores of all.
 * @param {FoldingModel} model
 * @param {number[]} given
 * @param {number[]} stars
 * @param {number[]} among
 */
export function leastLiked(model, given, stars, among) {
  const found = scores(model, given, stars, among).map(({ score }, place) => ({ score, index: among[place] }));
  return found.sort((a, b) => a.score - b.score).slice(0, N_DISLIKED).map(({ index }) => index);
}

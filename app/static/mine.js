// The visitor's list, made in the browser from the ratings on this device, with or without a network.
import { accountOfRatings } from "./account.js";
import { letsIn } from "./choice.js";
import { tableOfCells } from "./csv.js";
import { FRAGMENT, find, save } from "./dom.js";
import { chipsOf, drawChart } from "./draw.js";
import { idHere, marked, ratings, tellMissing, whenFilmsChange } from "./films.js";
import { fold, makeModel } from "./fold-in.js";
import { here, listed } from "./listing.js";
import { FEW_VOTES, ownItem, pickItem, usualError } from "./markup.js";
import { makeRanking, ranked, turn } from "./ranking.js";
import { RatingScale } from "./scale.js";
import { fixed, t, tn } from "./words.js";

const TOP_N = 50;
const MOST_SAMPLED = 400;
const COLUMNS = "rank,movie_id,title,year,genres,predicted,typical_error,mean,votes,because";
const RELOADED = "reloaded";

/**
 * Gets what makes lists ready, and returns what makes the list of an address; `redraw` is called when
 * another list is to be made.
 * @param {HTMLElement} section
 * @param {() => void} redraw
 */
export async function open(section, redraw) {
  const status = find(document, ".mine-status");
  const isLinked = "linked" in section.dataset;
  const nRated = () => Object.keys(ratings()).length;
  if (!isLinked) {
    if (!nRated()) status.textContent = t("No movie is rated on this device yet. Five ratings give you a list.");
    await new Promise((go) => (nRated() ? go(0) : whenFilmsChange(() => nRated() && go(0))));
  }
  status.textContent = t("Making the list …");
  const { titles, model, ranking } = await fetchAll(section);
  const chart = JSON.parse(section.dataset.chart ?? "");
  const linked = isLinked ? await linkedRatings(titles) : null;
  const scale = new RatingScale(model.about.scale);
  /** @type {Recommendation[]} */
  let chosen = [];
  whenFilmsChange(redraw);
  document.addEventListener("visibilitychange", () => document.hidden || noticeRelease());
  let isFirst = true;
  offerFile("csv", "my-list.csv", "text/csv", () => tableOf(chosen));
  offerFile("json", "my-list.json", "application/json", () => JSON.stringify(chosen, null, 1));
  return (/** @type {HTMLElement} */ before, /** @type {string} */ search) => {
    const given = linked?.stars ?? ratings();
    const gone = linked ? [] : [...marked("hidden"), ...marked("seen")];
    const leftOut = new Set(gone.map((film) => String(idHere(film))));
    let usual = "";
    const { list, rows, choice, ...rest } = listed(before, search, (asked) => {
      const picks = picksOf({ titles, model, ranking }, given, asked, leftOut);
      usual = usualError(picks, scale);
      return picks.map((pick) => ({ ...pick, markup: () => pickItem(pick, scale, usual) }));
    });
    find(list, ".error-told").textContent =
      usual && t("Predictions here are typically off by about {stars} stars.", { stars: usual });
    chosen = rest.chosen;
    list.querySelector(".chart")?.remove();
    const undo = (/** @type {string} */ name) => here(search, { [`${name}_from`]: "", [`${name}_to`]: "", page: "" });
    const chips = chipsOf(chart, choice, scale, undo);
    const around = aroundOf({ titles, model }, given);
    list.insertAdjacentHTML("beforeend", drawChart(chart, { rows, inside: rest.inside, ...around }, scale, chips));
    const n = Object.keys(given).length;
    const made = linked
      ? tn(
          "Made in your browser from the {n} rating in the address, which no server gets.",
          "Made in your browser from the {n} ratings in the address, which no server gets.",
          n,
        )
      : tn(
          "Made in your browser from {n} rating; nothing was sent.",
          "Made in your browser from {n} ratings; nothing was sent.",
          n,
        );
    const told = n || linked ? made : t("No movie is rated on this device yet.");
    status.textContent = `${told} ${tellMissing(linked?.missing)}`.trim();
    find(document, ".mine-own").innerHTML = ownOf(titles, given)
      .map(({ movie, stars }) => ownItem(movie, stars, scale))
      .join("");
    for (const part of document.querySelectorAll("[data-if-rated]")) part.toggleAttribute("hidden", n === 0);
    if (!isFirst) noticeRelease();
    isFirst = false;
    return list;
  };
}

/**
 * The ratings that stand in the address, by id: of a film that comes from other data, that of the one
 * movie that is called so.
 * @param {Titles} titles
 */
async function linkedRatings(titles) {
  const { foundIn, readLink } = await import("./links.js");
  const films = await readLink(FRAGMENT.slice(1));
  if (!films) throw new Error(t("The link is cut off or changed: ask for it again."));
  return foundIn(films, titles);
}

/** @typedef {{ titles: Titles, model: FoldingModel, ranking: Ranking }} Data */

/** @param {HTMLElement} section @returns {Promise<Data>} */
async function fetchAll({ dataset: { titles, foldIn, factors, ranking, weights } }) {
  const parts = await Promise.all([titles, foldIn, factors, ranking, weights].map(get));
  const releases = new Set(parts.map(({ headers }) => headers.get("X-Release-Id")));
  if (releases.size > 1 || !releases.has(document.body.dataset.release ?? "")) await anew();
  sessionStorage.removeItem(RELOADED);
  return {
    titles: await parts[0].json(),
    model: makeModel(await parts[1].json(), await parts[2].arrayBuffer()),
    ranking: makeRanking(await parts[3].json(), await parts[4].arrayBuffer()),
  };
}

async function get(address = "") {
  const response = await fetch(address, { cache: "no-cache" });
  if (!response.ok) throw new Error(t("{address} answered {status}.", { address, status: response.status }));
  return response;
}

/** Opens the page again where the site shows another release by now. */
async function noticeRelease() {
  const head = await fetch(location.pathname, { method: "HEAD", cache: "no-cache" }).catch(() => null);
  if (head?.ok && head.headers.get("X-Release-Id") !== document.body.dataset.release) location.reload();
}

/** Opens the page again, once: it or some of its parts came before another release did. */
async function anew() {
  if (!sessionStorage.getItem(RELOADED)) {
    sessionStorage.setItem(RELOADED, "1");
    location.reload();
    await new Promise(() => {});
  }
  throw new Error(t("Its parts are of two releases."));
}

/**
 * Makes the list of who gave these ratings: of what the choice lets in, and is not left out.
 * @param {Data} data
 * @param {Ratings} stars
 * @param {Choice} choice
 * @param {Set<string>} leftOut
 * @returns {Recommendation[]}
 */
export function picksOf({ titles, model, ranking }, stars, choice, leftOut = new Set()) {
  const { given, values, person, scale } = personOf({ titles, model }, stars);
  const isWanted = (/** @type {number} */ index) =>
    !leftOut.has(String(titles.movie_ids[index])) && letsIn(choice, movieOf(titles, index));
  const best = ranked(ranking, titles.votes, given, values, TOP_N, isWanted);
  const names = given.map((index) => titles.titles[index]);
  return turn(ranking, titles.votes, best, choice.known).map(({ index, reasons }, place) => {
    const unclipped = person.score(index);
    const score = scale.clipped(unclipped);
    return {
      rank: place + 1,
      movie: movieOf(titles, index),
      score,
      unclipped,
      error: person.error(index),
      reasons: reasons.map((reason) => ({ ...movieOf(titles, given[reason.place]), share: reason.share })),
      account: accountOfRatings(names, person.parts(index), [model.average(index), score], scale),
    };
  });
}

/**
 * What stands around the list of who gave these ratings in its chart: pairs of everyone's mean and stars.
 * @param {Omit<Data, "ranking">} data
 * @param {Ratings} stars
 */
export function aroundOf({ titles, model }, stars) {
  const { given, values, person } = personOf({ titles, model }, stars);
  const known = [...titles.votes.keys()].filter((index) => titles.votes[index] >= FEW_VOTES);
  const step = 1 + Math.floor(known.length / MOST_SAMPLED);
  const others = known.filter((index, place) => place % step === 0 && !given.includes(index));
  const mean = (/** @type {number} */ index) => movieOf(titles, index).mean ?? NaN;
  return {
    others: others.map((index) => [mean(index), person.score(index)]),
    given: given.map((index, place) => [mean(index), values[place]]),
  };
}

/** @param {Omit<Data, "ranking">} data @param {Ratings} stars */
function personOf({ titles, model }, stars) {
  const scale = new RatingScale(model.about.scale);
  const given = titles.movie_ids.flatMap((id, index) => (id in stars ? [index] : []));
  const values = given.map((index) => scale.clipped(stars[titles.movie_ids[index]]));
  return { given, values, person: fold(model, given, values), scale };
}

/** What was rated, the highest first. @param {Titles} titles @param {Ratings} given */
function ownOf(titles, given) {
  const own = [...titles.movie_ids.keys()].filter((index) => titles.movie_ids[index] in given);
  return own
    .map((index) => ({ movie: movieOf(titles, index), stars: given[titles.movie_ids[index]] }))
    .sort((a, b) => b.stars - a.stars);
}

/** @param {Titles} titles @param {number} index @returns {Movie} */
function movieOf(titles, index) {
  const mean = titles.means[index];
  return {
    movie_id: titles.movie_ids[index],
    title: titles.titles[index],
    year: titles.years[index],
    genres: titles.genres[index],
    votes: titles.votes[index],
    mean: mean === null ? null : Math.fround(mean), // a float32 was sent
  };
}

/** @param {number} value */
function decimal(value) {
  const number = Number(fixed(value, 4));
  return Number.isInteger(number) ? `${number}.0` : String(number);
}

/**
 * A list as CSV, the twin of app/model/listing.py.
 * @param {Recommendation[]} picks
 */
export function tableOf(picks) {
  const rows = picks.map(({ rank, movie, score, error, reasons }) => [
    ...[rank, movie.movie_id, movie.title, movie.year ?? "", movie.genres.join("|")],
    ...[decimal(score), decimal(error), movie.mean === null ? "" : decimal(movie.mean), movie.votes],
    reasons.map(({ title }) => title).join("|"),
  ]);
  return tableOfCells([COLUMNS.split(","), ...rows]);
}

/** @param {string} kind @param {string} name @param {string} type @param {() => string} text */
function offerFile(kind, name, type, text) {
  const button = find(document, `[data-export="${kind}"]`);
  button.hidden = false;
  button.addEventListener("click", () => save(name, type, text()));
}

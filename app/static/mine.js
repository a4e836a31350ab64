// The visitor's list, made in the browser from what is kept on this device.
import { find, findAll, make } from "./dom.js";
import { rate, ratings as keptRatings } from "./films.js";
import { makeModel, scores } from "./fold-in.js";
import { pickItem } from "./markup.js";
import { start as startPicks } from "./picks.js";
import { makeRanking, ranked, turn } from "./ranking.js";
import { RatingScale } from "./scale.js";
import { fixed, plural } from "./words.js";

const TOP_N = 50;
const COLUMNS = "rank,movie_id,title,year,genres,predicted,typical_error,mean,votes,because";

export async function start() {
  const section = find(document, "[data-mine]");
  const status = find(document, ".mine-status");
  const ratings = keptRatings();
  const n = Object.keys(ratings).length;
  if (n === 0) {
    status.textContent = "No movie is rated on this device yet. Five ratings give you a list.";
    return;
  }
  status.textContent = "Making your list …";
  try {
    const { titles, model, ranking } = await fetchAll(section.dataset);
    const scale = new RatingScale(model.about.scale);
    const picks = picksOf(titles, model, ranking, ratings, showTurn(section));
    find(section, ".picks").innerHTML = picks.map((pick) => pickItem(pick, scale)).join("");
    status.textContent = `Made here, from ${plural(n, "rating")} that never left this device.`;
    startPicks();
    offer(picks);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    status.textContent = `What makes the list is not on this device yet: open this page once while online. ${reason}`;
  }
}

/** @param {DOMStringMap} addresses */
async function fetchAll({ titles, foldIn, factors, ranking, weights }) {
  const parts = await Promise.all([titles, foldIn, factors, ranking, weights].map(get));
  if (new Set(parts.map(({ headers }) => headers.get("X-Release-Id"))).size > 1) {
    throw new Error("Its parts are of two releases.");
  }
  return {
    /** @type {Titles} */
    titles: await parts[0].json(),
    model: makeModel(await parts[1].json(), await parts[2].arrayBuffer()),
    ranking: makeRanking(await parts[3].json(), await parts[4].arrayBuffer()),
  };
}

async function get(address = "") {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status}.`);
  return response;
}

/**
 * Shows which way the address turns the list, and returns it.
 * @param {HTMLElement} section
 */
function showTurn(section) {
  for (const link of findAll(section, ".turn a", HTMLAnchorElement)) {
    if (link.search !== location.search) continue;
    link.setAttribute("aria-current", "true");
    if (link.search) find(section, ".quiet").append(` ${link.textContent} ones are moved up.`);
  }
  find(section, ".turn").hidden = false;
  return new URLSearchParams(location.search).get("known");
}

/**
 * @param {Titles} titles
 * @param {FoldingModel} model
 * @param {Ranking} ranking
 * @param {Ratings} ratings
 * @param {string | null} known
 * @returns {Recommendation[]}
 */
export function picksOf(titles, model, ranking, ratings, known) {
  const scale = new RatingScale(model.about.scale);
  const given = titles.movie_ids.flatMap((id, index) => (id in ratings ? [index] : []));
  const stars = given.map((index) => scale.clipped(ratings[titles.movie_ids[index]]));
  const listed = ranked(ranking, titles.votes, given, stars, TOP_N);
  const rows = turn(ranking, titles.votes, listed, known);
  const predicted = scores(model, given, stars, rows.map(({ index }) => index));
  return rows.map(({ index, reasons }, place) => ({
    rank: place + 1,
    movie: movieOf(titles, index),
    score: scale.clipped(predicted[place].score),
    error: predicted[place].error,
    reasons: reasons.map((i) => movieOf(titles, given[i])),
  }));
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

/** @param {string | number} cell */
function quoted(cell) {
  const text = String(cell).replace(/^(?=[=+@\t\r\n]|-(?![\d.]+$))/, "'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
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
  return [COLUMNS, ...rows.map((row) => row.map(quoted).join(",")), ""].join("\n");
}

/**
 * Offers the list and the ratings as files, and to clear them.
 * @param {Recommendation[]} picks
 */
function offer(picks) {
  const own = () => JSON.stringify(keptRatings(), null, 1);
  offerFile("csv", "my-list.csv", "text/csv", () => tableOf(picks));
  offerFile("json", "my-ratings.json", "application/json", own);
  const clear = find(document, "[data-clear]");
  clear.hidden = false;
  clear.addEventListener("click", () => {
    for (const movie_id of Object.keys(keptRatings())) rate({ movie_id, title: "", year: null }, null);
    location.reload();
  });
}

/** @param {string} kind @param {string} name @param {string} type @param {() => string} text */
function offerFile(kind, name, type, text) {
  const button = find(document, `[data-export="${kind}"]`);
  button.hidden = false;
  button.addEventListener("click", () => {
    make("a", { download: name, href: URL.createObjectURL(new Blob([text()], { type })) }).click();
  });
}

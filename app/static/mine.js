// The visitor's list, made in the browser from what is kept on this device.
import { makeModel, recommend } from "./fold-in.js";
import { start as startPicks } from "./picks.js";
import { loadRatings, storeRatings } from "./storage.js";

const MOST = 50;

export async function start(document) {
  const section = document.querySelector("[data-mine]");
  const status = document.querySelector(".mine-status");
  const ratings = loadRatings();
  const n = Object.keys(ratings).length;
  if (n === 0) {
    status.textContent = "No movie is rated on this device yet. Five give a list.";
    return;
  }
  status.textContent = "Making your list …";
  try {
    const { titles, model } = await fetchAll(section.dataset);
    const rows = listOf(titles, model, ratings);
    section.querySelector(".picks").replaceChildren(...rows.map((row, i) => item(row, i + 1)));
    status.textContent = `Made here, from ${n === 1 ? "1 rating" : `${n} ratings`} that never left this device.`;
    startPicks(document);
    offer(document, section, rows);
  } catch (error) {
    status.textContent =
      `What makes the list is not on this device yet: open this page once while online. ${error.message}`;
  }
}

async function fetchAll(addresses) {
  const [titles, about, bytes] = await Promise.all([
    get(addresses.titles, "json"),
    get(addresses.foldIn, "json"),
    get(addresses.factors, "arrayBuffer"),
  ]);
  if (titles.release_id !== about.release_id) throw new Error("Its parts are of two releases.");
  return { titles, model: makeModel(about, bytes) };
}

async function get(address, form) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status}.`);
  return response[form]();
}

export function listOf(titles, model, ratings) {
  const places = new Map(titles.movie_ids.map((id, place) => [String(id), place]));
  const given = Object.entries(ratings).filter(([id]) => places.has(id));
  const movies = given.map(([id]) => places.get(id));
  const stars = given.map(([, value]) => value);
  return recommend(model, titles.votes, movies, stars, MOST).map((row) => ({
    id: titles.movie_ids[row.index],
    title: titles.titles[row.index],
    year: titles.years[row.index],
    votes: titles.votes[row.index],
    mean: titles.means[row.index],
    score: row.score,
    error: row.error,
    reasons: row.reasons.map((i) => ({ title: titles.titles[movies[i]], stars: stars[i] })),
  }));
}

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function item(row, rank) {
  const mixed = Math.imul(row.id, 2654435761) >>> 0;
  const initials = row.title.split(/\s+/).filter((word) => !/^(the|a|an|of|and|in)$/i.test(word));
  const tile = element("span", `tile hue-${(mixed >>> 16) % 9} art-${(mixed >>> 8) % 6}`);
  tile.setAttribute("aria-hidden", "true");
  tile.append(element("span", "", initials.slice(0, 2).map((word) => word[0]).join("").toUpperCase()));
  const link = element("a", "", row.title);
  link.href = `/movies/${row.id}`;
  const what = element("div", "what", element("h3", "", link), element("p", "meta", String(row.year ?? "")));
  const score = element("p", "score", element("b", "num", row.score.toFixed(1)), ` ± ${row.error.toFixed(1)}`);
  const votes = `${row.votes.toLocaleString("en")} votes`;
  const crowd = element("p", "meta", `everyone ${row.mean?.toFixed(1) ?? "–"} · ${votes}`);
  const made = element(
    "li",
    "pick",
    element("span", "rank num", String(rank)),
    tile,
    what,
    element("div", "how-much", score, crowd),
    element("div", "why", because(row.reasons)),
  );
  Object.assign(made.dataset, { movie: row.id, title: row.title, year: row.year ?? "" });
  return made;
}

function because(reasons) {
  const text = element("p", "");
  if (reasons.length === 0) text.append("No single rating of yours speaks for it.");
  reasons.forEach(({ title, stars }, i) => {
    text.append(i === 0 ? "Because you rated " : i === reasons.length - 1 ? " and " : ", ");
    text.append(element("cite", "", title), " ", element("b", "num", String(stars)));
    if (i === reasons.length - 1) text.append(".");
  });
  return text;
}

function offer(document, section, rows) {
  const quoted = (value) => `"${String(value ?? "").replaceAll('"', '""')}"`;
  const lines = rows.map((row, i) =>
    [i + 1, row.id, quoted(row.title), row.year ?? "", row.score.toFixed(4)].join(","),
  );
  const files = {
    csv: () => ["my-list.csv", "text/csv", ["rank,movie_id,title,year,predicted", ...lines, ""].join("\n")],
    json: () => ["my-ratings.json", "application/json", JSON.stringify(loadRatings(), null, 1)],
  };
  for (const button of document.querySelectorAll("[data-export]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const [name, type, text] = files[button.dataset.export]();
      const link = element("a", "");
      link.download = name;
      link.href = URL.createObjectURL(new Blob([text], { type }));
      link.click();
    });
  }
  const clear = document.querySelector("[data-clear]");
  clear.hidden = false;
  clear.addEventListener("click", () => {
    storeRatings(section.dataset.mine, {});
    location.reload();
  });
}

// Searches the titles on this device, where the page for offline stands in for the search.
import { row } from "./row.js";

const SEARCH_ADDRESS = "/search";
const MOST_FOUND = 30;

export function start(document) {
  const form = document.querySelector("main form.search");
  const asked = new URLSearchParams(location.search).get("q");
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    search(document, form.elements.q.value);
  });
  if (location.pathname !== SEARCH_ADDRESS || !asked) return;
  form.elements.q.value = asked;
  document.querySelector("[data-asked]").hidden = true;
  search(document, asked);
}

async function search(document, query) {
  const list = document.querySelector("[data-found]");
  const status = document.querySelector("[data-count]");
  const titles = await load(list.dataset.titles);
  if (!titles) {
    status.textContent = "The titles are not on this device yet.";
    return;
  }
  const places = find(titles, query);
  const shown = places.slice(0, MOST_FOUND);
  const rows = await Promise.all(shown.map((place) => found(document, titles, place)));
  list.replaceChildren(...rows);
  const movies = places.length === 1 ? "1 movie" : `${places.length} movies`;
  const first = places.length > shown.length ? `; these are the first ${shown.length}` : "";
  const what = places.length ? movies : "No movie";
  status.textContent = `${what} for “${query}”${first}.`;
}

async function load(address) {
  try {
    const response = await fetch(address);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function find({ titles, years, votes }, query) {
  const words = fold(query);
  if (words.length === 0) return [];
  const texts = titles.map((title, place) => [...fold(title), years[place]].join(" "));
  const places = texts.flatMap((text, place) => {
    return words.every((word) => text.includes(word)) ? [place] : [];
  });
  return places.sort((one, other) => votes[other] - votes[one]);
}

// Letter case, accents and punctuation do not matter.
function fold(text) {
  const plain = text.normalize("NFKD").replace(/[\p{M}'’`]/gu, "").toLowerCase();
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

async function found(document, titles, place) {
  const path = `/movies/${titles.movie_ids[place]}`;
  const isKept = await caches.match(path, { ignoreSearch: true });
  const facts = [titles.years[place], isKept ? "kept on this device" : "needs a connection"];
  return row(document, path, titles.titles[place], facts.filter(Boolean).join(" · "));
}

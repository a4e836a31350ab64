// Searches the titles on this device, where the page for offline stands in for the search.
import { row } from "./row.js";
import { findTitles, localTitles } from "./titles.js";

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
  let titles;
  try {
    titles = await localTitles();
  } catch {
    status.textContent = "The titles are not on this device yet.";
    return;
  }
  const movies = findTitles(titles, query);
  const shown = movies.slice(0, MOST_FOUND);
  const rows = await Promise.all(shown.map((movie) => found(document, movie)));
  list.replaceChildren(...rows);
  const count = movies.length === 1 ? "1 movie" : `${movies.length} movies`;
  const first = movies.length > shown.length ? `; these are the first ${shown.length}` : "";
  status.textContent = `${movies.length ? count : "No movie"} for “${query}”${first}.`;
}

async function found(document, movie) {
  const path = `/movies/${movie.movie_id}`;
  const isKept = await caches.match(path, { ignoreSearch: true });
  const facts = [movie.year, isKept ? "kept on this device" : "needs a connection"];
  return row(document, path, movie.title, facts.filter(Boolean).join(" · "));
}

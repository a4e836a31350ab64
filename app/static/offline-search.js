// Searches the titles on this device, where the page for offline stands in for the search.
import { field, find, pageRow } from "./dom.js";
import { findTitles, foldWords, localTitles } from "./titles.js";
import { movieUrl, t, tn } from "./words.js";

const SEARCH_ADDRESS = /\/search$/;
const MOST_FOUND = 30;

export function start() {
  const form = find(document, "main form.search", HTMLFormElement);
  const input = field(form, "q");
  const asked = new URLSearchParams(location.search).get("q");
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    search(input.value);
  });
  if (!SEARCH_ADDRESS.test(location.pathname) || !asked) return;
  input.value = asked;
  find(document, "[data-asked]").hidden = true;
  search(asked);
}

/** Where nothing else helps, without its numbers. @param {string} asked */
async function search(asked) {
  const status = find(document, "[data-count]");
  let titles;
  try {
    titles = await localTitles();
  } catch {
    status.textContent = t("The titles are not on this device yet.");
    return;
  }
  const whole = findTitles(titles, asked);
  const words = foldWords(asked).filter((word) => !/^\p{Nd}+$/u.test(word));
  const query = whole.length > 0 ? asked : words.join(" ") || asked;
  const movies = findTitles(titles, query);
  const shown = movies.slice(0, MOST_FOUND);
  find(document, "[data-found]").replaceChildren(...(await Promise.all(shown.map(row))));
  const found = tn("{n} movie for “{query}”.", "{n} movies for “{query}”.", movies.length, { query });
  const first = t("These are the first {n}.", { n: shown.length });
  if (movies.length === 0) status.textContent = t("No movie for “{query}”.", { query });
  else status.textContent = movies.length > shown.length ? `${found} ${first}` : found;
}

/** @param {FoundTitle} movie */
async function row(movie) {
  const { title, year } = movie;
  const path = movieUrl(movie);
  const isKept = await caches.match(path, { ignoreSearch: true });
  const facts = [year, isKept ? t("kept on this device") : t("needs a connection")];
  return pageRow(path, title, facts.filter(Boolean).join(" · "));
}

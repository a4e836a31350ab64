// A list that somebody shared: whether it is this device's own, and one list for two.
import { field, find, findAll } from "./dom.js";
import { allFilms, filmsHere, idHere, starsOf } from "./films.js";
import { linkOf, readLink } from "./links.js";
import { t } from "./words.js";

export async function start() {
  const shared = find(document, "[data-shared]");
  const own = allFilms().some(({ rating }) => rating !== undefined) ? await linkOf(allFilms()) : "";
  const token = shared.dataset.shared ?? "";
  const isOwn = own !== "" && (token === own || isPart((await readLink(token)) ?? []));
  for (const way of findAll(shared, "[data-if]")) way.hidden = (way.dataset.if === "own") !== isOwn;
  if (!isOwn) return find(shared, "form").addEventListener("submit", give);
  document.documentElement.toggleAttribute("data-own", true); // its rows say what one would give
  find(shared, "h1").textContent = t("Your list");
  const more = find(shared, "[data-if=own]", HTMLAnchorElement);
  more.href = more.pathname; // the ratings are on this device

  function give() {
    field(find(shared, "form", HTMLFormElement), "b").value = own;
  }
}

/** Whether films were rated so on this device, as when a link is older than other ratings. @param {Film[]} films */
function isPart(films) {
  const here = filmsHere();
  const isSame = (/** @type {Film} */ film) => {
    const kept = here.get(String(idHere(film)));
    return kept?.rating !== undefined && starsOf(kept) === starsOf(film);
  };
  return films.length > 0 && films.every(isSame);
}

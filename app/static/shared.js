// A list that somebody shared: whether it is this device's own, and one list for two.
import { field, find, findAll } from "./dom.js";
import { allFilms } from "./films.js";
import { linkOf } from "./links.js";
import { t } from "./words.js";

export async function start() {
  const shared = find(document, "[data-shared]");
  const own = allFilms().some(({ rating }) => rating !== undefined) ? await linkOf(allFilms()) : "";
  const isOwn = shared.dataset.shared === own;
  for (const way of findAll(shared, "[data-if]")) way.hidden = (way.dataset.if === "own") !== isOwn;
  if (!isOwn) return find(shared, "form").addEventListener("submit", give);
  find(shared, "h1").textContent = t("Your list");
  const more = find(shared, "[data-if=own]", HTMLAnchorElement);
  more.href = more.pathname; // the ratings are on this device

  function give() {
    field(find(shared, "form", HTMLFormElement), "b").value = own;
  }
}

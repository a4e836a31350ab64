// Sorts, filters and pages a list that is kept on this device, while the site does not answer.
import { letsIn, narrows } from "./choice.js";
import { find, findAll } from "./dom.js";
import { listed } from "./listing.js";
import { movieUrl, t } from "./words.js";

/**
 * Returns the section of a kept list as an address asks for it.
 * @param {HTMLElement} section
 * @param {URL} address
 */
export async function keptList(section, { search }) {
  const known = new URLSearchParams(search).get("known") ?? "";
  /** @type {string[]} */
  const [, all, best, well, less] = JSON.parse(find(document, ".keep").dataset.keepUrls ?? "[]");
  const wanted = [all, known === "well" ? well : known ? less : best];
  const files = await Promise.all(wanted.map((path) => caches.match(path)));
  const [about, page] = files;
  if (!about || !page) {
    throw new Error(t("There is no connection. Lists that you keep offline can be sorted and filtered without one."));
  }
  if (files.some((file) => file?.headers.get("X-Release-Id") !== document.body.dataset.release)) {
    throw new Error(t("There is no connection, and what is kept of this list is of another release."));
  }
  /** @type {Recommendation[]} */
  const picks = (await about.json()).recommendations;
  const byId = new Map(picks.map((pick) => [String(pick.movie.movie_id), pick]));
  const items = findAll(new DOMParser().parseFromString(await page.text(), "text/html"), ".pick");
  const rows = items.flatMap((item, place) => {
    const pick = byId.get(item.dataset.movie ?? "");
    return pick ? [{ ...pick, rank: place + 1, markup: () => item.outerHTML }] : [];
  });
  const { list, choice, inside } = listed(section, search, (asked) => rows.filter(({ movie }) => letsIn(asked, movie)));
  const told = narrows(choice) ? t("Without a connection, these are of the kept list alone.") : "";
  find(list, ".order-told").append(" ", told);
  const paths = new Set(inside.map(movieUrl));
  for (const circle of findAll(list, "circle[data-href]", SVGElement)) {
    circle.classList.toggle("out", !paths.has(circle.dataset.href?.split("?")[0] ?? ""));
  }
  return list;
}

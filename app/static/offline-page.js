// Fills the page for offline: what was asked for, and what is kept on this device.
import { ask, find, pageRow } from "./dom.js";
import { start as startSearch } from "./offline-search.js";
import { day, numberText, t, tn } from "./words.js";

const OWN_ADDRESS = /\/offline$/;
const LISTS = "/offline/kept-lists";
const MB = 1e6;

/** @param {string} name */
const part = (name) => find(document, `[data-${name}]`);

export function start() {
  const wasAsked = !OWN_ADDRESS.test(location.pathname);
  const heading = find(document, "h1");
  const before = heading.textContent.trim();
  if (wasAsked) tellWhatWasAsked();
  if (navigator.onLine) {
    heading.textContent = wasAsked ? t("The site does not answer") : t("Kept on this device");
  }
  document.title = document.title.replace(before, heading.textContent.trim());
  startSearch();
  showKept();
  part("forget").addEventListener("click", async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active) await ask(active, { ask: "FORGET" });
    showKept();
  });
}

function tellWhatWasAsked() {
  const path = location.pathname + location.search;
  part("asked").textContent = t("The page {path} is not kept on this device.", { path });
  part("asked").hidden = false;
  part("again").setAttribute("href", path);
  part("again").hidden = false;
}

async function showKept() {
  const lists = await keptLists();
  const pages = await visitedPages();
  part("pages").replaceChildren(
    ...lists.map(({ list, title, at, urls }) =>
      pageRow(list, title, keptOn(urls.length, day(at))),
    ),
    ...pages.map(({ path, title, at }) => pageRow(path, title, t("As it was on {day}", { day: day(at) }))),
  );
  part("forget").hidden = lists.length + pages.length === 0;
  part("room").textContent = await room(lists.length, pages.length);
}

/** @param {number} n @param {string} on */
const keptOn = (n, on) => tn("Kept on {day}, {n} page in all", "Kept on {day}, {n} pages in all", n, { day: on });

/** @returns {Promise<KeptList[]>} */
async function keptLists() {
  const index = await caches.match(LISTS);
  return index ? index.json() : [];
}

async function visitedPages() {
  const cache = await caches.open("pages-v1");
  const requests = await cache.keys();
  const pages = await Promise.all(requests.map(async (request) => about(request, await cache.match(request))));
  return pages.reverse();
}

/** @param {Request} request @param {Response | undefined} kept */
function about(request, kept) {
  const { pathname, search } = new URL(request.url);
  const title = plain(decodeURIComponent(kept?.headers.get("X-Kept-Title") ?? ""));
  return { path: pathname + search, title, at: kept?.headers.get("X-Kept-At") ?? "" };
}

/**
 * Titles are kept as HTML writes them, and all but the home page's end with the site's name, in any language.
 * @param {string} html
 */
function plain(html) {
  const text = new DOMParser().parseFromString(html, "text/html").body.textContent ?? "";
  return text.replace(/ · [^·]*$/, "").trim();
}

/** @param {number} nLists @param {number} nPages */
async function room(nLists, nPages) {
  const lists = tn("{n} kept list", "{n} kept lists", nLists);
  const pages = tn("{n} visited page", "{n} visited pages", nPages);
  const used = (await navigator.storage?.estimate?.())?.usage;
  if (!used) return t("{lists}, {pages}.", { lists, pages });
  const size = numberText((used / MB).toFixed(1));
  return t("{lists}, {pages}; {size} MB with the site’s own files.", { lists, pages, size });
}

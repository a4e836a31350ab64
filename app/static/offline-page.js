// Fills the page for offline: what was asked for, and what is kept on this device.
import { ask } from "./ask.js";
import { day } from "./day.js";
import { start as startSearch } from "./offline-search.js";
import { row } from "./row.js";

const OWN_ADDRESS = "/offline";
const LISTS = "/offline/kept-lists";
const MB = 1e6;

export function start(document) {
  const part = (name) => document.querySelector(`[data-${name}]`);
  const heading = document.querySelector("h1");
  const wasAsked = location.pathname !== OWN_ADDRESS;
  if (wasAsked) tellWhatWasAsked(part);
  if (navigator.onLine) {
    heading.textContent = wasAsked ? "The site does not answer" : "Kept on this device";
  }
  startSearch(document);
  showKept(document, part);
  part("forget").addEventListener("click", async () => {
    const { active } = await navigator.serviceWorker.ready;
    await ask(active, { ask: "FORGET" });
    showKept(document, part);
  });
}

function tellWhatWasAsked(part) {
  const path = location.pathname + location.search;
  part("asked").textContent = `The page ${path} is not kept on this device.`;
  part("asked").hidden = false;
  part("again").href = path;
  part("again").hidden = false;
}

async function showKept(document, part) {
  const lists = await keptLists();
  const pages = await visitedPages();
  part("pages").replaceChildren(
    ...lists.map(({ list, title, at, urls }) =>
      row(document, list, title, `Kept on ${day(at)}, in all ${urls.length} pages`),
    ),
    ...pages.map(({ path, title, at }) => row(document, path, title, `As it was on ${day(at)}`)),
  );
  part("forget").hidden = lists.length + pages.length === 0;
  part("room").textContent = await room(lists.length, pages.length);
}

async function keptLists() {
  const index = await caches.match(LISTS);
  return index ? index.json() : [];
}

async function visitedPages() {
  const cache = await caches.open("pages-v1");
  const pages = await Promise.all((await cache.keys()).map((request) => about(cache, request)));
  return pages.reverse();
}

async function about(cache, request) {
  const { headers } = await cache.match(request);
  const { pathname, search } = new URL(request.url);
  const title = plain(decodeURIComponent(headers.get("X-Kept-Title")));
  return { path: pathname + search, title, at: headers.get("X-Kept-At") };
}

// Titles are kept as HTML writes them, and all but the home page's end with the site's name.
function plain(html) {
  const text = new DOMParser().parseFromString(html, "text/html").body.textContent;
  return text.replace(/ · Movie recommendations$/, "").trim();
}

async function room(nLists, nPages) {
  const counted = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;
  const kept = `${counted(nLists, "kept list")}, ${counted(nPages, "visited page")}`;
  const used = (await navigator.storage?.estimate?.())?.usage;
  return used ? `${kept}; ${(used / MB).toFixed(1)} MB with the site’s own files.` : `${kept}.`;
}

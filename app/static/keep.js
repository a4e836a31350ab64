// The button that keeps a list, and the pages of its movies, on this device.
import { ask } from "./ask.js";
import { day } from "./day.js";

const MOST_MOVIES = 60;
const PROBLEMS = {
  full: "Five lists are kept already. Remove one on its page first.",
  failed: "It could not be kept: there is no connection, or no room on this device.",
};

export async function start(document) {
  const { ready } = navigator.serviceWorker;
  const { active } = await ready;
  for (const place of document.querySelectorAll("[data-keep-urls]")) {
    const list = location.pathname + location.search;
    show(document, place, active, list, await ask(active, { ask: "KEPT", list }));
    place.hidden = false;
  }
}

function show(document, place, worker, list, entry, problem) {
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  status.textContent = problem ? PROBLEMS[problem] : entry ? told(document, entry) : "";
  const again = (...news) => show(document, place, worker, list, ...news);
  const keep = button(document, entry ? "Keep it again" : "Keep my list offline", async () => {
    navigator.storage?.persist?.();
    keep.disabled = true;
    const message = { ask: "KEEP", list, ...whatToKeep(document, place) };
    const answer = await ask(worker, message, ({ kept, of }) => {
      status.textContent = `Kept ${kept} of ${of} pages.`;
    });
    if (answer?.problem || !answer) again(entry, answer?.problem ?? "failed");
    else again(answer);
  });
  const remove = button(document, "Remove", async () => {
    await ask(worker, { ask: "REMOVE", list });
    again(null);
  });
  keep.dataset.keep = "";
  place.replaceChildren(...(entry ? [status, keep, remove] : [keep, status]));
  if (entry && entry.urls.length === entry.of && !isOlder(document, entry)) keep.remove();
}

function whatToKeep(document, place) {
  const links = document.querySelectorAll('main a[href^="/movies/"]');
  const movies = [...new Set([...links].map((link) => link.getAttribute("href").split("#")[0]))];
  return {
    title: document.querySelector("h1").textContent.trim(),
    release: releaseOf(document),
    urls: [...JSON.parse(place.dataset.keepUrls), ...movies.slice(0, MOST_MOVIES)],
  };
}

function told(document, { at, of, urls, ...entry }) {
  const pages = urls.length < of ? `${urls.length} of ${of} pages kept` : "Kept";
  const older = isOlder(document, entry) ? ", with the data of an older release" : "";
  return `${pages} on this device on ${day(at)}${older}.`;
}

function isOlder(document, { release }) {
  return release !== releaseOf(document);
}

function releaseOf(document) {
  return document.getElementById("release-date")?.dateTime ?? "";
}

function button(document, text, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

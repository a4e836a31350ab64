// The button that keeps a list, and the pages of its movies, on this device.
import { ask, button, find, findAll, make } from "./dom.js";
import { day, prefix, t } from "./words.js";

const MOST_MOVIES = 60;
const FAILED = t("It could not be kept: there is no connection, or no room on this device.");

/** @type {Record<string, string>} */
const PROBLEMS = {
  full: t("Five lists are kept already. Remove one on its page first."),
  failed: FAILED,
};

export async function start() {
  const { active } = await navigator.serviceWorker.ready;
  if (!active) return;
  for (const place of findAll(document, "[data-keep-urls]")) {
    const list = location.pathname + location.search;
    show(place, active, list, await ask(active, { ask: "KEPT", list }));
    place.hidden = false;
  }
}

/**
 * @param {HTMLElement} place
 * @param {ServiceWorker} worker
 * @param {string} list
 * @param {KeptList | null} entry
 * @param {string} problem
 */
function show(place, worker, list, entry, problem = "") {
  const text = problem || (entry ? told(entry) : "");
  const status = make("span", { role: "status" }, text);
  const keep = button(entry ? t("Keep it again") : t("Keep my list offline"), async () => {
    navigator.storage?.persist?.();
    keep.disabled = true;
    const answer = await ask(worker, { ask: "KEEP", list, ...whatToKeep(place) }, ({ kept, of }) => {
      status.textContent = t("Kept {n} of {all} pages.", { n: kept, all: of });
    });
    if (answer?.problem === "moved") location.reload();
    else if (answer && !answer.problem) show(place, worker, list, answer);
    else show(place, worker, list, entry, PROBLEMS[answer?.problem] ?? FAILED);
  });
  const remove = button(t("Remove"), async () => {
    await ask(worker, { ask: "REMOVE", list });
    show(place, worker, list, null);
  });
  place.replaceChildren(...(entry ? [status, keep, remove] : [keep, status]));
  if (entry && entry.urls.length === entry.of && entry.release === document.body.dataset.release) keep.remove();
}

/** @param {HTMLElement} place */
function whatToKeep(place) {
  const links = findAll(document, `main a[href^="${prefix}/movies/"]`, HTMLAnchorElement);
  const movies = new Set(links.map((link) => link.pathname + link.search));
  return {
    title: find(document, "h1").textContent.trim(),
    release: document.body.dataset.release,
    urls: [...JSON.parse(place.dataset.keepUrls ?? "[]"), ...[...movies].slice(0, MOST_MOVIES)],
  };
}

/** @param {KeptList} entry */
function told({ at, of, urls, release }) {
  const values = { day: day(at), n: urls.length, all: of };
  const kept =
    urls.length < of
      ? t("{n} of {all} pages kept on this device on {day}.", values)
      : t("Kept on this device on {day}.", values);
  return release === document.body.dataset.release ? kept : `${kept} ${t("Its data are of an older release.")}`;
}

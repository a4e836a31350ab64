// Registers the service worker, says when the visitor is offline, and offers a new version.
import { ask, button, find, make } from "./dom.js";
import { day, t } from "./words.js";

export function start() {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  whenLoaded(() => register(workers));
  watchConnection(workers);
  if (document.querySelector("[data-keep-urls]")) import("./keep.js").then((part) => part.start());
  if (document.querySelector("[data-offline]")) import("./offline-page.js").then((part) => part.start());
}

/**
 * The worker fetches a few files of its own: those of the page come first.
 * @param {() => void} task
 */
function whenLoaded(task) {
  if (document.readyState === "complete") task();
  else window.addEventListener("load", task, { once: true });
}

/** @param {ServiceWorkerContainer} workers */
async function register(workers) {
  if (!workers.controller) {
    // This page was there before the worker, which has to be told of it.
    const tell = () => workers.controller?.postMessage({ ask: "VISITED" });
    workers.addEventListener("controllerchange", tell, { once: true });
  }
  try {
    watchVersion(workers, await workers.register("/sw.js", { updateViaCache: "none" }));
  } catch {
    // Forbidden here, or the connection broke: the site works without it.
  }
}

/** @param {ServiceWorkerContainer} workers @param {ServiceWorkerRegistration} registration */
function watchVersion(workers, registration) {
  const offer = () => {
    if (registration.waiting && workers.controller) offerUpdate(workers, registration);
  };
  offer();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
  });
}

/** @param {ServiceWorkerContainer} workers @param {ServiceWorkerRegistration} registration */
function offerUpdate(workers, registration) {
  if (document.querySelector(".update-bar")) return;
  const reload = button(t("Reload"), () => {
    workers.addEventListener("controllerchange", () => location.reload());
    // Another tab may have accepted it already.
    if (registration.waiting) registration.waiting.postMessage({ ask: "UPDATE" });
    else location.reload();
  });
  document.body.append(bar("update-bar", t("A new version of this site is ready."), " ", reload));
}

/**
 * Shows the bar about the connection while there is none.
 * @param {ServiceWorkerContainer} workers
 */
async function watchConnection(workers) {
  if (document.querySelector("[data-offline]")) return;
  const keptAt = workers.controller && (await ask(workers.controller, { ask: "SERVED_KEPT" }));
  const remove = () => document.querySelector(".offline-bar")?.remove();
  const show = () => {
    remove();
    if (navigator.onLine && !keptAt) return;
    const state = navigator.onLine ? t("The site does not answer.") : t("You are offline.");
    const text = `${state} ${howOld(keptAt ?? performance.timeOrigin)}`;
    find(document, "main").before(bar("offline-bar", text));
  };
  show();
  window.addEventListener("offline", show);
  window.addEventListener("online", remove);
}

/** @param {string | number} since */
function howOld(since) {
  const release = document.getElementById("release-date")?.textContent?.trim();
  const asItWas = { day: day(since), release: release ?? "" };
  return release
    ? t("This page is as it was on {day}; its data are of the release of {release}.", asItWas)
    : t("This page is as it was on {day}.", asItWas);
}

/** @param {string} name @param {(Node | string)[]} parts */
function bar(name, ...parts) {
  const words = make("span", { class: "wide" });
  // A status is read out when it changes, not when it is there from the start.
  setTimeout(() => words.append(...parts));
  return make("p", { class: name, role: "status" }, words);
}

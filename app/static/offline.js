// Registers the service worker, says when the visitor is offline, and offers a new version.
import { ask } from "./ask.js";
import { day } from "./day.js";

export function start(document) {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  whenLoaded(document, () => register(document, workers));
  watchConnection(document, workers);
  const needed = [["[data-keep-urls]", "./keep.js"], ["[data-offline]", "./offline-page.js"]];
  for (const [selector, module] of needed) {
    if (document.querySelector(selector)) import(module).then((part) => part.start(document));
  }
}

// The worker fetches a few files of its own: those of the page come first.
function whenLoaded(document, task) {
  if (document.readyState === "complete") task();
  else window.addEventListener("load", task, { once: true });
}

async function register(document, workers) {
  if (!workers.controller) {
    // This page was there before the worker, which has to be told of it.
    const tell = () => workers.controller.postMessage({ ask: "VISITED" });
    workers.addEventListener("controllerchange", tell, { once: true });
  }
  try {
    const registration = await workers.register("/sw.js", { updateViaCache: "none" });
    watchVersion(document, workers, registration);
  } catch {
    // Forbidden here, or the connection broke: the site works without it.
  }
}

function watchVersion(document, workers, registration) {
  const offer = () => {
    if (registration.waiting && workers.controller) offerUpdate(document, registration);
  };
  offer();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
  });
}

function offerUpdate(document, registration) {
  if (document.querySelector(".update-bar")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Reload";
  button.addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
    // Another tab may have accepted it already.
    if (registration.waiting) registration.waiting.postMessage({ ask: "UPDATE" });
    else location.reload();
  });
  const text = "A new version of this site is ready. ";
  document.body.append(bar(document, "update-bar", text, button));
}

// The bar about the connection

async function watchConnection(document, workers) {
  if (document.querySelector("[data-offline]")) return;
  const keptAt = workers.controller && (await ask(workers.controller, { ask: "SERVED_KEPT" }));
  const show = () => {
    document.querySelector(".offline-bar")?.remove();
    if (navigator.onLine && !keptAt) return;
    const state = navigator.onLine ? "The site does not answer." : "You are offline.";
    const text = `${state} ${howOld(document, keptAt ?? performance.timeOrigin)}`;
    document.querySelector("main").before(bar(document, "offline-bar", text));
  };
  show();
  window.addEventListener("offline", show);
  window.addEventListener("online", () => document.querySelector(".offline-bar")?.remove());
}

function howOld(document, since) {
  const release = document.getElementById("release-date")?.textContent.trim();
  const data = release ? `; its data are of the release of ${release}` : "";
  return `This page is as it was on ${day(since)}${data}.`;
}

function bar(document, name, ...parts) {
  const made = document.createElement("p");
  made.className = name;
  made.setAttribute("role", "status");
  const words = made.appendChild(document.createElement("span"));
  words.className = "wide";
  // A status is read out when it changes, not when it is there from the start.
  setTimeout(() => words.append(...parts));
  return made;
}

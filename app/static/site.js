// Starts what a page has elements for, and nothing else.
import { ready } from "./device.js";

/** @type {[selector: string, load: () => Promise<{ start: () => unknown }>][]} */
const PARTS = [
  ["#theme", () => import("./theme-switch.js")],
  ["form[role=search]", () => import("./search-box.js")],
  ["#list", () => import("./list.js")],
  ["[data-rate]", () => import("./rate.js")],
  ["[data-you]", () => import("./you.js")],
  ["main [data-title]", () => import("./marks.js")],
  ["[data-shared]", () => import("./shared.js")],
  ["body", () => import("./offline.js")],
  ["body", () => import("./device.js")],
];

for (const [selector, load] of PARTS) {
  if (document.querySelector(selector)) Promise.all([load(), ready]).then(([{ start }]) => start());
}

// The same page in another language: as it is now, whatever was sorted since.
for (const link of document.querySelectorAll("footer a[hreflang]")) {
  link.addEventListener("click", () => {
    if (link instanceof HTMLAnchorElement) [link.search, link.hash] = [location.search, location.hash];
  });
}

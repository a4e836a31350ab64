// Starts what a page has elements for, and nothing else.

/** @type {[selector: string, load: () => Promise<{ start: () => unknown }>][]} */
const PARTS = [
  ["#theme", () => import("./theme-switch.js")],
  ["form[role=search]", () => import("./search-box.js")],
  ["#list", () => import("./list.js")],
  ["[data-rate]", () => import("./rate.js")],
  ["[data-saved]", () => import("./saved.js")],
  ["body", () => import("./offline.js")],
];

for (const [selector, load] of PARTS) {
  if (document.querySelector(selector)) load().then(({ start }) => start());
}

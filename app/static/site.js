// Starts what a page has elements for, and nothing else.
const MODULES = [
  ["#theme", "./theme-switch.js"],
  ["form[role=search]", "./search-box.js"],
  ["#list", "./list.js"],
  ["[data-rate]", "./rate.js"],
  ["[data-mine]", "./mine.js"],
  ["[data-saved]", "./saved.js"],
  ["[data-copy]", "./copy.js"],
  ["body", "./offline.js"],
];

for (const [selector, module] of MODULES) {
  if (document.querySelector(selector)) {
    import(module).then(({ start }) => start(document));
  }
}

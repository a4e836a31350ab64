// Shows a list that is arranged on this device in the page's own markup. The twin of app/templates/_list.html.
import { arrange, boundsStars, choiceOf, narrows } from "./choice.js";
import { find, findAll, fragment, make } from "./dom.js";
import { t, tn } from "./words.js";

/** @typedef {import("./choice.js").Row & { markup: () => string }} Shown */

/**
 * Returns the section of a list as an address asks for it.
 * @template {Shown} Kind
 * @param {HTMLElement} section as it is now
 * @param {string} search
 * @param {(choice: Choice) => Kind[]} rowsOf the whole list, with no movie that is not let in
 */
export function listed(section, search, rowsOf) {
  const list = /** @type {HTMLElement} */ (section.cloneNode(true));
  const choice = choiceOf(search);
  const rows = rowsOf(choice);
  const chosen = arrange(choice, rows);
  const nPages = Math.max(1, Math.ceil(chosen.length / choice.per_page));
  const first = (choice.page - 1) * choice.per_page;
  if (choice.page > nPages || choice.page < 1) throw new Error(t("There is no page {page}.", { page: choice.page }));
  for (const old of findAll(list, "nav.pages, .chips, .empty, form.tools .more, .gone")) old.remove();
  const form = find(list, "form.tools", HTMLFormElement);
  fillForm(form, choice);
  find(list, ".order-told").textContent = told(form, choice, rows.length, chosen.length);
  for (const link of findAll(list, ".turn a", HTMLAnchorElement)) {
    const known = new URLSearchParams(link.search).get("known") ?? "";
    link.href = here(search, { known, page: "" });
    if (known === (choice.known ?? "")) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const whole = here(choice.known ? `?known=${choice.known}` : "");
  const isWhole = choice.sort === "best" && !narrows(choice) && !boundsStars(choice);
  if (!isWhole) form.append(make("a", { class: "more", href: whole }, t("Show the whole list")));
  const shown = chosen.slice(first, first + choice.per_page);
  const picks = find(list, ".picks");
  picks.innerHTML = shown.map(({ markup }) => markup()).join("");
  const pages = pagesNav(search, choice.page, nPages);
  if (chosen.length === 0) picks.before(make("p", { class: "empty" }, t("No movie passes the filter: widen a bound.")));
  if (pages) picks.after(pages);
  return { list, choice, rows, chosen, inside: chosen.map(({ movie }) => movie) };
}

/** @param {HTMLFormElement} form @param {Choice} choice */
function fillForm(form, choice) {
  for (const name of ["known", "per_page"]) form.querySelector(`[type=hidden][name=${name}]`)?.remove();
  if (choice.known) form.prepend(make("input", { type: "hidden", name: "known", value: choice.known }));
  for (const [name, value] of Object.entries(choice)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = `${value ?? ""}`;
  }
}

/** @param {HTMLFormElement} form @param {Choice} choice @param {number} all @param {number} n */
function told(form, { sort, known, ...choice }, all, n) {
  const { best = "", well = "", less = "", sorted = "" } = form.dataset;
  const label = form.querySelector(`[name=sort] [value="${sort}"]`)?.textContent ?? "";
  const order = sort === "best" ? [best, known === "well" ? well : known && less] : [sorted.replace("{sort}", label)];
  const part = { sort, known, ...choice };
  if (boundsStars(part)) order.push(t("{n} of {all} pass the filter.", { n, all }));
  else if (narrows(part) && n)
    order.push(tn("{n} movie passes the filter.", "The best {n} movies that pass the filter.", n));
  return order.filter(Boolean).join(" ");
}

/**
 * This page's address with other parameters; one that is empty goes.
 * @param {string} search
 * @param {Record<string, string | number>} changes
 */
export function here(search, changes = {}) {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") query.delete(name);
    else query.set(name, `${value}`);
  }
  const text = query.toString();
  return location.pathname + (text && `?${text}`) + fragment();
}

/** @param {string} search @param {number} page @param {number} nPages */
function pagesNav(search, page, nPages) {
  if (nPages === 1) return null;
  const link = (/** @type {number} */ to, /** @type {string} */ rel, /** @type {string} */ label) =>
    to < 1 || to > nPages ? [] : [make("a", { rel, href: here(search, { page: to === 1 ? "" : to }) }, label)];
  return make(
    "nav",
    { class: "pages", "aria-label": t("Pages of the list") },
    ...link(page - 1, "prev", t("← Previous")),
    make("span", { class: "num" }, t("Page {page} of {pages}", { page, pages: nPages })),
    ...link(page + 1, "next", t("Next →")),
  );
}

// Sorting, filtering and paging without loading the whole page again; the address says it all, and is copied.
import { start as startChart } from "./chart.js";
import { fetchPage, find, findAll, fragment, make } from "./dom.js";
import { allFilms } from "./films.js";
import { start as startMarks } from "./marks.js";
import { t } from "./words.js";

const AWAY = /^50[234]$/; // what a router says when the site itself does not answer

const here = () => location.pathname + location.search;
let shown = here();
let nAsked = 0; // of two lists asked for at once the later one is shown

/** What makes the lists of /mine. @type {((list: HTMLElement, search: string) => HTMLElement) | null} */
let makeHere = null;

export async function start() {
  const list = find(document, "#list");
  if (navigator.clipboard) findAll(document, "[data-copy]").forEach(wireCopy);
  addEventListener("popstate", () => {
    nAsked++; // what is still awaited is of an address that was left
    if (here() !== shown) show(location.href); // else only the part of the page changed
  });
  if ("mine" in list.dataset) return startMine(list);
  wire(list);
  const made = document.querySelector('link[type="application/json"]')?.getAttribute("href") ?? "";
  if (new URL(made, location.href).search !== location.search) show(location.href); // the page is one that was kept
}

/** @param {HTMLElement} list */
async function startMine(list) {
  try {
    const { open } = await import("./mine.js");
    makeHere = await open(list, () => redraw());
    swap(list, makeHere(list, location.search));
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    find(document, ".mine-status").textContent = t("Your list cannot be made now. {reason}", { reason });
  }
}

/** Makes the list anew where it is; a page that it has no more gives way to its first. */
function redraw() {
  const list = find(document, "#list");
  try {
    if (makeHere) swap(list, makeHere(list, location.search));
  } catch {
    history.replaceState(null, "", location.pathname + fragment());
    if (makeHere) swap(list, makeHere(list, ""));
  }
}

/** @param {HTMLElement} list @param {HTMLElement} next */
function swap(list, next) {
  const isOpen = list.querySelector("form.tools details[open]");
  list.replaceWith(document.adoptNode(next));
  if (isOpen) next.querySelector("form.tools details")?.setAttribute("open", "");
  shown = here();
  wire(next);
}

/** @param {HTMLElement} list */
function wire(list) {
  for (const form of findAll(list, "form.tools", HTMLFormElement)) wireTools(form);
  for (const link of findAll(list, "nav a, form.tools a", HTMLAnchorElement)) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go(link.href);
    });
  }
  if (list.querySelector(".chart")) startChart();
  startMarks(list);
}

/** @param {HTMLElement} button */
function wireCopy(button) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(await addressToShare(button));
      button.textContent = t("Copied");
    } catch {
      button.textContent = t("Copy it from the address bar");
    }
    setTimeout(() => (button.textContent = label), 3000);
  });
}

/** @param {HTMLElement} button */
async function addressToShare({ dataset: { copy } }) {
  if (!copy) return location.href;
  const { listAddress } = await import("./links.js");
  return new URL(await listAddress(copy, allFilms()), location.href).href;
}

/** @param {HTMLFormElement} form */
function wireTools(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const parameters = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value && !(name === "sort" && value === "best")) parameters.append(name, String(value));
    }
    const query = parameters.toString();
    go(form.action.split("?")[0] + (query && `?${query}`) + fragment());
  });
  find(form, "[name=sort]").addEventListener("change", () => form.requestSubmit());
  form.classList.add("live");
}

/** @param {string} address */
async function go(address) {
  if (!(await show(address))) return;
  history.pushState(null, "", address);
  shown = here();
}

/**
 * Shows the list of another address, and tells whether it could be.
 * @param {string} address
 */
async function show(address) {
  const list = find(document, "#list");
  const turn = ++nAsked;
  list.querySelector(".not-shown")?.remove();
  try {
    const next = await listAt(list, address);
    if (!next || turn !== nAsked) return false;
    swap(list, next);
    const heading = find(next, "h2");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    if (next.getBoundingClientRect().top < 0) next.scrollIntoView();
    return true;
  } catch (error) {
    if (turn !== nAsked) return false;
    const line = make("p", { class: "notice not-shown", role: "status" });
    find(list, ".order-told").after(line);
    list.querySelector("form")?.reset();
    setTimeout(() => line.append(error instanceof Error ? error.message : ""));
    return false;
  }
}

/**
 * Returns the list of another address: of this page, of the site, or of what is kept on the device. What is
 * of another release than this page has none here: the browser goes there itself.
 * @param {HTMLElement} list
 * @param {string} address
 */
async function listAt(list, address) {
  if (makeHere) return makeHere(list, new URL(address).search);
  const page = await fetchPage(address).catch((/** @type {Error} */ error) => error);
  if (page instanceof Error && (page instanceof TypeError || AWAY.test(page.message))) {
    return (await import("./kept.js")).keptList(list, new URL(address));
  }
  const next = page instanceof Error ? null : page.getElementById("list");
  if (page instanceof Error || !next || page.body.dataset.release !== document.body.dataset.release) {
    location.assign(address);
    return null;
  }
  const links = findAll(page, ".take a");
  findAll(document, ".take a").forEach((link, place) => {
    link.setAttribute("href", links[place]?.getAttribute("href") ?? "");
  });
  return next;
}

// Sorting, filtering and paging without loading the whole page again; the address says it all, and is copied.
import { start as startChart } from "./chart.js";
import { find, findAll } from "./dom.js";
import { start as startPicks } from "./picks.js";
import { t } from "./words.js";

const here = () => location.pathname + location.search;
let shown = here();

export function start() {
  wire(find(document, "#list"));
  if (navigator.clipboard) findAll(document, "[data-copy]").forEach(wireCopy);
  addEventListener("popstate", () => {
    if (here() !== shown) show(location.href); // else only the part of the page changed
  });
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
  startPicks();
}

/** @param {HTMLElement} button */
function wireCopy(button) {
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = t("Copied");
    } catch {
      button.textContent = t("Copy it from the address bar");
    }
    setTimeout(() => (button.textContent = label), 3000);
  });
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
    go(form.action.split("?")[0] + (query && `?${query}`));
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
 * Shows the list of another address; where that fails the browser goes there itself.
 * @param {string} address
 */
async function show(address) {
  const page = await fetchPage(address).catch(() => null);
  const next = page?.getElementById("list");
  // Where the release is another one, so would be heading, ratings and taste: all is opened anew.
  if (!page || !next || page.body.dataset.release !== document.body.dataset.release) {
    location.assign(address);
    return false;
  }
  const isOpen = document.querySelector("#list form.tools details[open]");
  find(document, "#list").replaceWith(document.adoptNode(next));
  if (isOpen) next.querySelector("form.tools details")?.setAttribute("open", "");
  const links = findAll(page, ".take a");
  findAll(document, ".take a").forEach((link, place) => {
    link.setAttribute("href", links[place]?.getAttribute("href") ?? "");
  });
  shown = here();
  wire(next);
  const heading = find(next, "h2");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  if (next.getBoundingClientRect().top < 0) next.scrollIntoView();
  return true;
}

/** @param {string} address */
async function fetchPage(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(String(response.status));
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

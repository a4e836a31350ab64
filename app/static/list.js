// Sorting, filtering and paging without loading the whole page again; the address says it all.
import { start as startChart } from "./chart.js";
import { start as startPicks } from "./picks.js";

const here = () => location.pathname + location.search;
let shown = here();

export function start(document) {
  wire(document.getElementById("list"));
  addEventListener("popstate", () => {
    if (here() !== shown) show(location.href); // else only the part of the page changed
  });
}

function wire(list) {
  const form = list.querySelector("form.tools");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = [...new FormData(form)].filter(([name, value]) => value && !(name === "sort" && value === "best"));
    const query = new URLSearchParams(given).toString();
    go(form.action.split("?")[0] + (query && `?${query}`));
  });
  form?.elements.sort.addEventListener("change", () => form.requestSubmit());
  form?.classList.add("live");
  for (const link of list.querySelectorAll("nav.pages a, form.tools a")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go(link.href);
    });
  }
  if (list.querySelector(".chart")) startChart(document);
  startPicks(document);
}

async function go(address) {
  if (!(await show(address))) return;
  history.pushState(null, "", address);
  shown = here();
}

async function show(address) {
  let text;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(response.status);
    text = await response.text();
  } catch {
    location.assign(address);
    return false;
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  const next = page.getElementById("list");
  if (!next) {
    location.assign(address);
    return false;
  }
  const open = document.querySelector("#list form.tools details")?.open;
  document.getElementById("list").replaceWith(document.adoptNode(next));
  if (open) next.querySelector("form.tools details").open = true;
  for (const [selector, name] of [[".take a", "href"]]) {
    const links = page.querySelectorAll(selector);
    document.querySelectorAll(selector).forEach((link, place) => {
      if (links[place]) link.setAttribute(name, links[place].getAttribute(name));
    });
  }
  shown = here();
  wire(next);
  next.querySelector("h2").setAttribute("tabindex", "-1");
  next.querySelector("h2").focus({ preventScroll: true });
  if (next.getBoundingClientRect().top < 0) next.scrollIntoView();
  return true;
}

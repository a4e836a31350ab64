// The form of ratings: keeps each star on this device, and goes on without a network.
import { field, find, findAll, make } from "./dom.js";
import { loadRatings, storeRatings } from "./storage.js";
import { plural } from "./words.js";

const ENOUGH = 5;
const GOOD = 10;
const PREFIX = "movie-";

export function start() {
  const form = find(document, "form[data-rate]", HTMLFormElement);
  const status = find(form, ".rate-status");
  const clear = find(form, "[data-clear]");
  const stars = findAll(form, "input[type=radio]", HTMLInputElement);
  const idOf = (/** @type {HTMLInputElement} */ each) => each.name.slice(PREFIX.length);
  restore();

  function restore() {
    const ratings = loadRatings();
    for (const each of stars) {
      if (each.value !== "" && Number(each.value) === ratings[idOf(each)]) each.checked = true;
    }
    keep();
  }

  function keep() {
    const ratings = loadRatings();
    for (const each of stars.filter(({ checked }) => checked)) {
      if (each.value === "") delete ratings[idOf(each)];
      else ratings[idOf(each)] = Number(each.value);
    }
    storeRatings(form.dataset.rate, ratings);
    tell(Object.keys(ratings).length);
  }

  /** @param {number} n */
  function tell(n) {
    clear.hidden = n === 0;
    const rated = `${plural(n, "movie")} rated`;
    if (n === 0) status.textContent = "";
    else if (n < ENOUGH) status.textContent = `${rated}; rate ${ENOUGH - n} more to get a useful list.`;
    else if (n < GOOD) status.textContent = `${rated}; rate ${GOOD - n} more to get a good list.`;
    else status.textContent = `${rated}. Each more makes the list a little better.`;
  }

  form.addEventListener("change", keep);
  clear.addEventListener("click", () => {
    storeRatings(form.dataset.rate, {});
    for (const each of stars) if (each.value === "") each.checked = true;
    field(form, "with").value = "";
    keep();
    status.textContent = "Your ratings are cleared from this device.";
  });
  form.addEventListener("submit", (event) => {
    const ratings = loadRatings();
    if (Object.keys(ratings).length === 0) {
      event.preventDefault();
      status.textContent = "Rate at least one movie first.";
      return;
    }
    if (!navigator.onLine) {
      event.preventDefault();
      const more = event.submitter?.getAttribute("value") === "more";
      location.assign(more ? `/rate?skip=${field(form, "skip").value}` : "/mine");
      return;
    }
    const shown = new Set(stars.map(idOf));
    for (const old of findAll(form, "[data-elsewhere]")) old.remove();
    for (const [id, value] of Object.entries(ratings)) {
      if (shown.has(id)) continue;
      const hidden = { type: "hidden", name: PREFIX + id, value: String(value), "data-elsewhere": "" };
      form.append(make("input", hidden));
    }
  });
}

// The form of ratings: keeps each star on this device, and goes on without a network.
import { loadRatings, storeRatings } from "./storage.js";

const ENOUGH = 5;
const GOOD = 10;

export function start(document) {
  const form = document.querySelector("form[data-rate]");
  const status = form.querySelector(".rate-status");
  const clear = form.querySelector("[data-clear]");
  const shown = new Set();
  for (const field of form.querySelectorAll("input[type=radio]")) shown.add(field.name);
  restore();

  function restore() {
    const ratings = loadRatings();
    for (const name of shown) {
      const fields = [...form.elements[name]];
      const kept = ratings[name.slice("movie-".length)];
      const field = fields.find((each) => each.value !== "" && Number(each.value) === kept);
      if (field) field.checked = true;
    }
    keep();
  }

  function keep() {
    const ratings = loadRatings();
    for (const name of shown) {
      const id = name.slice("movie-".length);
      const value = form.elements[name].value;
      if (value === "") delete ratings[id];
      else ratings[id] = Number(value);
    }
    storeRatings(form.dataset.rate, ratings);
    tell(Object.keys(ratings).length);
  }

  function tell(n) {
    clear.hidden = n === 0;
    const rated = n === 1 ? "1 movie rated" : `${n} movies rated`;
    if (n === 0) status.textContent = "";
    else if (n < ENOUGH) status.textContent = `${rated}; ${ENOUGH - n} more for a list worth having.`;
    else if (n < GOOD) status.textContent = `${rated}; ${GOOD - n} more make it a good list.`;
    else status.textContent = `${rated}. Each more makes it a little better.`;
  }

  form.addEventListener("change", keep);
  clear.addEventListener("click", () => {
    storeRatings(form.dataset.rate, {});
    for (const name of shown) [...form.elements[name]].find((each) => each.value === "").checked = true;
    form.elements.with.value = "";
    keep();
    status.textContent = "Your ratings are cleared from this device.";
  });
  form.addEventListener("submit", (event) => {
    const ratings = loadRatings();
    if (Object.keys(ratings).length === 0) {
      event.preventDefault();
      status.textContent = "No movie is rated yet: give one some stars at least.";
      return;
    }
    if (!navigator.onLine) {
      event.preventDefault();
      const more = event.submitter?.value === "more";
      location.assign(more ? `/rate?skip=${form.elements.skip.value}` : "/mine");
      return;
    }
    for (const old of form.querySelectorAll("[data-elsewhere]")) old.remove();
    for (const [id, stars] of Object.entries(ratings)) {
      if (shown.has(`movie-${id}`)) continue;
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = `movie-${id}`;
      field.value = stars;
      field.dataset.elsewhere = "";
      form.append(field);
    }
  });
}

// What every page does about the films on this device: counts them, and finds those of another set here.
import { findAll, make } from "./dom.js";
import { allFilms, elsewhere, ratings, setHere, whenFilmsChange } from "./films.js";
import { count } from "./words.js";

const LOOKED = "looked";
const OLD = ["ratings", "saved", "hidden"]; // of earlier versions

/** Done as soon as the films of another set were looked for in this one. */
export const ready = adopt();

export function start() {
  show();
  whenFilmsChange(show);
}

function show() {
  const root = document.documentElement;
  root.toggleAttribute("data-rated", allFilms().some(({ rating }) => rating !== undefined));
  for (const link of findAll(document, ".your-list")) {
    link.querySelector("span")?.remove();
    link.append(make("span", { class: "num" }, `\u00a0(${count(Object.keys(ratings()).length)})`));
  }
}

async function adopt() {
  try {
    const release = document.getElementById("release-date")?.getAttribute("datetime") ?? "";
    const wanted = () => [setHere(), release, elsewhere().length].join(" ");
    const isOld = OLD.some((key) => localStorage.getItem(key) !== null);
    if (!release || (!isOld && (elsewhere().length === 0 || sessionStorage.getItem(LOOKED) === wanted()))) return;
    await (await import("./adopt.js")).adopt();
    sessionStorage.setItem(LOOKED, wanted());
  } catch {
    // Storage is forbidden, or the titles cannot be had now: the next page looks for them.
  }
}

// The chart of a list: pointing at a movie reads it out, arrow keys walk, dragging filters the list.
import { field, find, findAll, make } from "./dom.js";

const REACH = 24;
const BESIDE = 18; // between a point and what is said of it
const SVG = "http://www.w3.org/2000/svg";

/** @typedef {{ x: number, y: number }} Place in units of the drawing */
/** @typedef {Place & { circle: SVGCircleElement }} Point */
/** @typedef {{ x: number[], y: number[] }} Corners the lower end first */

export function start() {
  const svg = find(document, ".chart svg", SVGSVGElement);
  const readout = find(document, ".chart .readout");
  const points = findAll(svg, "circle[data-href]", SVGCircleElement).map((circle) => ({
    circle,
    x: circle.cx.baseVal.value,
    y: circle.cy.baseVal.value,
  }));
  const order = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const [left, right, top, bottom] = numbers(svg.dataset.frame);
  /** @type {Point | null} */
  let current = null;
  /** @type {Place | null} */
  let from = null;
  /** @type {SVGElement | null} */
  let brush = null;

  svg.setAttribute("role", "application");
  svg.setAttribute("aria-roledescription", "chart");
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("aria-label", svg.dataset.name ?? "");
  show(null);

  /** @param {Point | null} point */
  function show(point) {
    current?.circle.classList.remove("at");
    current = point;
    readout.classList.toggle("beside", Boolean(point));
    if (!point) {
      readout.removeAttribute("style");
      readout.textContent =
        (matchMedia("(hover: none)").matches ? readout.dataset.touch : readout.dataset.mouse) ?? "";
      return;
    }
    const { text = "", href = "" } = point.circle.dataset;
    point.circle.classList.add("at");
    point.circle.parentNode?.append(point.circle);
    readout.replaceChildren(`${text} `, make("a", { href, tabindex: "-1" }, readout.dataset.open ?? ""));
    const { width, height } = svg.viewBox.baseVal;
    const isHigh = point.y < height / 2;
    readout.style.left = `${((point.x / width) * 100).toFixed(1)}%`;
    readout.style.translate = `-${((point.x / width) * 100).toFixed(1)}%`;
    readout.style[isHigh ? "top" : "bottom"] = `${(((isHigh ? point.y : height - point.y) + BESIDE) / height) * 100}%`;
    readout.style[isHigh ? "bottom" : "top"] = "auto";
  }

  /** @param {Point} point */
  function open({ circle }) {
    location.assign(circle.dataset.href ?? "");
  }

  /** @param {PointerEvent} event */
  function place(event) {
    const box = svg.getBoundingClientRect();
    const unit = svg.viewBox.baseVal.width / box.width;
    return { x: (event.clientX - box.left) * unit, y: (event.clientY - box.top) * unit };
  }

  /** @param {Place} place */
  function nearest({ x, y }) {
    let best = null;
    let least = REACH;
    for (const point of points) {
      const distance = Math.hypot(point.x - x, point.y - y);
      if (distance < least) [best, least] = [point, distance];
    }
    return best;
  }

  /** @param {Place} one @param {Place} other @returns {Corners} */
  function corners(one, other) {
    /** @type {(values: number[], low: number, high: number) => number[]} */
    const within = (values, low, high) =>
      values.map((value) => Math.min(Math.max(value, low), high)).sort((a, b) => a - b);
    return { x: within([one.x, other.x], left, right), y: within([one.y, other.y], top, bottom) };
  }

  /** @param {Corners} corners */
  function draw({ x, y }) {
    if (!brush) {
      brush = document.createElementNS(SVG, "rect");
      brush.setAttribute("class", "brush");
      svg.append(brush);
    }
    const box = { x: x[0], y: y[0], width: x[1] - x[0], height: y[1] - y[0] };
    for (const [name, value] of Object.entries(box)) brush.setAttribute(name, String(value));
  }

  /** @param {Corners} corners */
  function filterBy({ x, y }) {
    const form = find(document, "form.tools", HTMLFormElement);
    /** @type {(name: string, ends: number[], shares: number[]) => void} */
    const set = (name, [low, high], shares) => {
      const [least, most] = shares.map((share) => (low + share * (high - low)).toFixed(2));
      field(form, `${name}_from`).value = least;
      field(form, `${name}_to`).value = most;
    };
    const ends = numbers(svg.dataset.stars);
    set("mean", ends, x.map((each) => (each - left) / (right - left)));
    set("score", ends, [y[1], y[0]].map((each) => (bottom - each) / (bottom - top)));
    form.requestSubmit();
  }

  function end() {
    brush?.remove();
    [brush, from] = [null, null];
  }

  svg.addEventListener("pointerdown", (event) => {
    if (event.button === 0) from = place(event);
  });
  svg.addEventListener("pointermove", (event) => {
    const to = place(event);
    if (from && Math.hypot(to.x - from.x, to.y - from.y) > 8) {
      svg.setPointerCapture(event.pointerId);
      draw(corners(from, to));
    } else if (!from || event.pointerType !== "touch") {
      const point = nearest(to);
      if (point) show(point);
      svg.classList.toggle("points-at", Boolean(point));
    }
  });
  svg.addEventListener("pointerup", (event) => {
    const to = place(event);
    if (brush && from) filterBy(corners(from, to));
    else if (from) choose(nearest(to), event.pointerType);
    end();
  });
  svg.addEventListener("pointercancel", end);

  /** @param {Point | null} point @param {string} pointer */
  function choose(point, pointer) {
    if (!point) return;
    const again = point === current;
    show(point);
    if (pointer === "mouse" || again) open(point);
  }

  svg.addEventListener("keydown", (event) => {
    const forward = event.key === "ArrowRight" || event.key === "ArrowDown";
    if (forward || event.key === "ArrowLeft" || event.key === "ArrowUp") {
      const at = current ? order.indexOf(current) + (forward ? 1 : -1) : 0;
      show(order[Math.min(Math.max(at, 0), order.length - 1)]);
    } else if (event.key === "Home") show(order[0]);
    else if (event.key === "End") show(order[order.length - 1]);
    else if (event.key === "Enter" && current) open(current);
    else if (event.key === "Escape") show(null);
    else return;
    event.preventDefault();
  });
}

/** @param {string | undefined} text */
const numbers = (text = "") => text.split(" ").map(Number);

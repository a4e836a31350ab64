// The chart of a list: pointing at a movie reads it out, arrow keys walk, dragging filters the list.
const LEFT = 44;
const RIGHT = 628;
const TOP = 12;
const BOTTOM = 376;
const REACH = 24;
const SVG = "http://www.w3.org/2000/svg";

export function start(document) {
  const figure = document.querySelector(".chart");
  const svg = figure.querySelector("svg");
  const readout = figure.querySelector(".readout");
  const points = [...svg.querySelectorAll("circle[data-href]")].map((circle) => ({
    circle,
    x: Number(circle.getAttribute("cx")),
    y: Number(circle.getAttribute("cy")),
  }));
  const order = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  let current = null;
  let from = null;
  let brush = null;

  svg.setAttribute("role", "application");
  svg.setAttribute("aria-roledescription", "chart");
  svg.setAttribute("tabindex", "0");
  svg.setAttribute(
    "aria-label",
    "Predicted against everyone’s stars. Arrow keys go from movie to movie, Enter opens one.",
  );
  readout.textContent = "Point at a movie, or drag across some to list only these.";

  function show(point) {
    current?.circle.classList.remove("at");
    current = point;
    if (!point) return;
    point.circle.classList.add("at");
    point.circle.parentNode.append(point.circle);
    readout.textContent = point.circle.dataset.text;
  }

  function place(event) {
    const box = svg.getBoundingClientRect();
    const unit = 640 / box.width;
    return { x: (event.clientX - box.left) * unit, y: (event.clientY - box.top) * unit };
  }

  function nearest({ x, y }) {
    let best = null;
    let least = REACH;
    for (const point of points) {
      const distance = Math.hypot(point.x - x, point.y - y);
      if (distance < least) [best, least] = [point, distance];
    }
    return best;
  }

  function corners(to) {
    const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
    const xs = [from.x, to.x].map((x) => clamp(x, LEFT, RIGHT)).sort((a, b) => a - b);
    const ys = [from.y, to.y].map((y) => clamp(y, TOP, BOTTOM)).sort((a, b) => a - b);
    return { xs, ys };
  }

  function draw(to) {
    const { xs, ys } = corners(to);
    if (!brush) {
      brush = document.createElementNS(SVG, "rect");
      brush.setAttribute("class", "brush");
      svg.append(brush);
    }
    brush.setAttribute("x", xs[0]);
    brush.setAttribute("y", ys[0]);
    brush.setAttribute("width", xs[1] - xs[0]);
    brush.setAttribute("height", ys[1] - ys[0]);
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
      draw(to);
    } else if (!from || event.pointerType !== "touch") {
      const point = nearest(to);
      if (point) show(point);
      svg.classList.toggle("points-at", Boolean(point));
    }
  });
  svg.addEventListener("pointerup", (event) => {
    const to = place(event);
    if (brush) filterBy(document, svg, corners(to));
    else if (from) choose(nearest(to), event.pointerType);
    end();
  });
  svg.addEventListener("pointercancel", end);

  function choose(point, pointer) {
    const again = point && point === current;
    if (point) show(point);
    if (point && (pointer === "mouse" || again)) location.assign(point.circle.dataset.href);
  }

  svg.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) {
      const at = current ? order.indexOf(current) + step : 0;
      show(order[Math.min(Math.max(at, 0), order.length - 1)]);
    } else if (event.key === "Home") show(order[0]);
    else if (event.key === "End") show(order.at(-1));
    else if (event.key === "Enter" && current) location.assign(current.circle.dataset.href);
    else if (event.key === "Escape") show(null);
    else return;
    event.preventDefault();
  });
}

function filterBy(document, svg, { xs, ys }) {
  const form = document.querySelector("form.tools");
  const stars = (ends, share) => ends[0] + share * (ends[1] - ends[0]);
  const mean = svg.dataset.mean.split(" ").map(Number);
  const score = svg.dataset.score.split(" ").map(Number);
  const set = (name, value) => (form.elements[name].value = value.toFixed(2));
  set("mean_from", stars(mean, (xs[0] - LEFT) / (RIGHT - LEFT)));
  set("mean_to", stars(mean, (xs[1] - LEFT) / (RIGHT - LEFT)));
  set("score_from", stars(score, (BOTTOM - ys[1]) / (BOTTOM - TOP)));
  set("score_to", stars(score, (BOTTOM - ys[0]) / (BOTTOM - TOP)));
  form.requestSubmit();
}

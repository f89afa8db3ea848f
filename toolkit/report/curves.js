/* The acting as curves: each measure of the plate, of FACE over BODY, and of BODY alone. */

const SVG = "http://www.w3.org/2000/svg";
const LINES = { plate: "plate", COMPOSITE: "FACE over BODY", BODY: "BODY alone" };
const MOST_POINTS = 1600;

function svg(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function html(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Draw all curves of a shot into `parent`; a click calls `onPick` with the frame, counted from the first of the curves. */
function drawCurves(data, parent, onPick) {
  if (!data.curves.length || parent.childElementCount) return;
  const names = ["plate", ...new Set(data.curves.flatMap((curve) => Object.keys(curve.clips)))];
  const keys = names.map((name) => html("span", {}, html("i", { class: `line-${name}` }), LINES[name] ?? name));
  keys.push(html("span", {}, html("i", { class: "failing-key" }), "lost"));
  parent.append(html("div", { class: "legend" }, ...keys));
  for (const curve of data.curves) parent.append(drawCurve(data, curve, onPick));
}

function drawCurve(data, curve, onPick) {
  const lines = { plate: curve.plate, ...curve.clips };
  const values = Object.values(lines).flat().filter((value) => value !== null);
  const top = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0.1) * 1.1;
  const count = curve.plate.length;
  const failing = curve.failing.map(([first, last]) =>
    svg("rect", {
      class: "failing",
      x: first - data.curvesFirst - 0.5,
      y: -top,
      width: last - first + 1,
      height: 2 * top,
    }),
  );
  const drawing = svg(
    "svg",
    {
      viewBox: `-0.5 ${-top} ${count} ${2 * top}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": describe(curve, lines),
    },
    ...failing,
    svg("line", { class: "zero", x1: -0.5, x2: count - 0.5, y1: 0, y2: 0 }),
    ...Object.entries(lines).map(([name, points]) => svg("path", { class: `line-${name}`, d: pathOf(points) })),
    svg("line", { class: "cursor", x1: -9, x2: -9, y1: -top, y2: top }),
  );
  drawing.addEventListener("click", ({ clientX }) => {
    const { left, width } = drawing.getBoundingClientRect();
    onPick(Math.min(count - 1, Math.max(0, Math.floor((count * (clientX - left)) / width))));
  });
  const name = html("span", {}, curve.measure);
  const where = html("small", { class: "faint" }, ` face ${curve.face}, ${curve.region}, ±${top.toFixed(1)} %`);
  const caption = html("figcaption", {}, html("i", { style: `background: ${curve.colour}` }), name, html("br", {}), where);
  return html("figure", { class: "chart" }, caption, drawing);
}

/** In words, for those who do not see it. */
function describe(curve, lines) {
  const ranges = Object.entries(lines).map(([name, points]) => {
    const known = points.filter((value) => value !== null);
    const spread = known.length ? Math.max(...spreadOf(known)) - Math.min(...spreadOf(known)) : 0;
    return `${LINES[name] ?? name} moves by ${spread.toFixed(1)} percent of the face's height`;
  });
  const lost = curve.failing.map(([first, last]) => `${first} to ${last}`).join(", ");
  return `${curve.measure} of face ${curve.face}: ${ranges.join("; ")}${lost ? `; lost in frames ${lost}` : ""}`;
}

/** The least and the greatest of many values; spreading thousands of them into Math.min would fail. */
function spreadOf(values) {
  return values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
}

/** The points as a path with y upwards; gaps stay gaps. Of very many, the least and the greatest of each group. */
function pathOf(values) {
  const size = Math.ceil(values.length / MOST_POINTS);
  let path = "";
  let isDown = false;
  const add = (x, value) => {
    path += value === null ? "" : `${isDown ? "L" : "M"}${x} ${-value}`;
    isDown = value !== null;
  };
  for (let first = 0; first < values.length; first += size) {
    const group = values.slice(first, first + size).filter((value) => value !== null);
    if (size === 1 || !group.length) add(first, values[first]);
    else for (const value of spreadOf(group)) add(first + (size - 1) / 2, value);
  }
  return path;
}

/** Move the cursors of a shot to a frame, counted from the first of the curves. */
function moveCursors(parent, place) {
  for (const cursor of parent.querySelectorAll(".cursor")) {
    cursor.setAttribute("x1", place);
    cursor.setAttribute("x2", place);
  }
}

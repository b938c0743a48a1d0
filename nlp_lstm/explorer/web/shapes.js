// What all drawings of the page are made of: SVG elements, in the look of nlp_lstm/anatomies/_svg.py.
//
// Words become text nodes, never markup. Colours are the variables of the style sheet, so that a drawing
// follows the reader's light or dark paper.

const SVG = "http://www.w3.org/2000/svg";
const INDICES = "₀₁₂₃₄₅₆₇₈₉";

/** @typedef {Record<string, string | number>} Attributes */
/** @typedef {[number, number]} Point */

/**
 * Make an SVG element; `fill`, `stroke` and `opacity` are set as styles, so that they may name a variable.
 * @param {string} name of the element, such as "rect"
 * @param {Attributes} attributes
 * @param {(Node | string)[]} inside
 * @returns {SVGElement}
 */
export function shape(name, attributes, ...inside) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) {
    if (["fill", "stroke", "opacity", "fill-opacity"].includes(key)) element.style.setProperty(key, String(value));
    else element.setAttribute(key, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
  }
  element.append(...inside);
  return element;
}

/**
 * A drawing that fills its column and is read out as one picture.
 * @param {number} width
 * @param {number} height
 * @param {string} label what it is, for who does not see it
 * @param {SVGElement[]} shapes
 */
export function drawing(width, height, label, shapes) {
  const size = { viewBox: `0 0 ${width} ${height}`, class: "drawing", role: "img", "aria-label": label };
  const element = shape("svg", size, ...shapes);
  element.style.maxWidth = `${width}px`;
  return element;
}

/**
 * Words whose foot is at (x, y).
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {{size?: number, anchor?: string, fill?: string, bold?: boolean}} looks
 */
export function written(x, y, words, { size = 14, anchor = "middle", fill = "var(--ink)", bold = false } = {}) {
  const weight = bold ? 600 : 400;
  return shape("text", { x, y, "font-size": size, "text-anchor": anchor, fill, "font-weight": weight }, words);
}

/**
 * A line through some points.
 * @param {Point[]} points
 * @param {{stroke?: string, width?: number, arrow?: boolean, dashed?: boolean}} looks
 */
export function line(points, { stroke = "var(--ink)", width = 1.6, arrow = false, dashed = false } = {}) {
  const d = `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
  const path = shape("path", { d, fill: "none", stroke, "stroke-width": width, "stroke-linejoin": "round" });
  if (dashed) path.setAttribute("stroke-dasharray", "3 4");
  return arrow ? shape("g", {}, path, head(points, stroke)) : path;
}

/**
 * The head of an arrow at the end of a line.
 * @param {Point[]} points
 * @param {string} fill
 */
function head(points, fill) {
  const [[fromX, fromY], [x, y]] = points.slice(-2);
  const turn = (Math.atan2(y - fromY, x - fromX) * 180) / Math.PI;
  return shape("path", { d: "M-8 -4L1 0L-8 4z", fill, transform: `translate(${x} ${y}) rotate(${turn.toFixed(1)})` });
}

/**
 * A box whose upper left corner is at (x, y).
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {Attributes} looks
 */
export function box(x, y, width, height, looks = {}) {
  return shape("rect", { x, y, width: Math.max(0, width), height: Math.max(0, height), ...looks });
}

/**
 * A small circle with a sign in it: an operation on every unit by itself.
 * @param {number} x
 * @param {number} y
 * @param {string} sign
 */
export function operation(x, y, sign) {
  const looks = { fill: "var(--paper)", stroke: "var(--ink)", "stroke-width": 1.4 };
  const circle = shape("circle", { cx: x, cy: y, r: 11, ...looks });
  return shape("g", {}, circle, written(x, y + 5.5, sign, { size: 17 }));
}

/**
 * A number as it is written in a drawing, with a real minus and no negative zero.
 * @param {number} value
 * @param {number} places
 */
export function figure(value, places = 2) {
  if (!Number.isFinite(value)) return "not a number";
  const size = Math.abs(value);
  const shown = size >= 1e5 ? value.toExponential(1).replace("e+", "e") : value.toFixed(size >= 1000 ? 0 : places);
  return (Number(shown) === 0 ? shown.replace("-", "") : shown).replace("-", "−");
}

/**
 * A share of 1 in percent, in few characters.
 * @param {number} share
 */
export function percent(share) {
  if (!Number.isFinite(share)) return "–";
  const value = 100 * share, size = Math.abs(value);
  if (size > 0 && size < 0.05) return "<\u00a00.1\u00a0%";
  return `${figure(value, size > 0 && size < 0.95 ? 1 : 0)}\u00a0%`;
}

/**
 * A number as an index below the line.
 * @param {number} number
 */
export function index(number) {
  return [...String(number)].map((digit) => INDICES[Number(digit)]).join("");
}

/**
 * A word that is cut where it has no room.
 * @param {string} word
 * @param {number} most characters
 */
export function cut(word, most) {
  const characters = [...word];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : word;
}

/**
 * The colour of a value: paper at 0, the scale's ends at -largest and +largest.
 * @param {number} value
 * @param {number} largest
 */
export function valueColour(value, largest) {
  return tint(value < 0 ? "--below-zero" : "--above-zero", largest ? Math.abs(value) / largest : 0);
}

/**
 * A colour of the style sheet, mixed with paper.
 * @param {string} name of the variable
 * @param {number} share from 0, paper, to 1
 */
export function tint(name, share) {
  return `color-mix(in srgb, var(${name}) ${(100 * Math.min(1, Math.max(0, share || 0))).toFixed(1)}%, var(--paper))`;
}

/**
 * The variable of a part's colour.
 * @param {string} part such as "forget_gate"
 */
export function partColour(part) {
  return `var(--${part.replaceAll("_", "-")})`;
}

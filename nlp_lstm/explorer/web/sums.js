// Sums that can be seen: the terms of a gate's sum, and c = f * c + i * g, as bars that add up.

import { box, cut, drawing, figure, line, partColour, shape, written } from "./shapes.js";

const SUM_WIDE = 350, NAME_WIDE = 146, VALUE_WIDE = 56;

/**
 * @typedef {Object} SumRow one line of a sum
 * @property {string} name
 * @property {number} from where the bar begins
 * @property {number} to where it ends
 * @property {string} fill
 * @property {number} [ghost] a value that the bar could have reached, drawn as an outline
 * @property {boolean} [total] whether it is what the lines above come to
 * @property {string} [told] number to write, if not that of the bar's length
 */

/**
 * Draw lines of a sum below one another, on one scale with its zero marked.
 * @param {SumRow[]} rows
 * @param {string} label
 * @param {number} least size of the scale's ends
 */
export function drawSum(rows, label, least = 0) {
  const size = [least, ...rows.flatMap(({ from, to, ghost = 0 }) => [from, to, ghost])];
  const high = Math.max(1e-9, ...size.filter(Number.isFinite));
  const low = Math.min(0, ...size.filter(Number.isFinite), -least);
  const room = SUM_WIDE - NAME_WIDE - VALUE_WIDE - 12;
  const x = (/** @type {number} */ value) => NAME_WIDE + ((value - low) / (high - low)) * room;
  const height = 30;
  const shapes = rows.flatMap((row, at) => sumRow(row, at * height + 4, x));
  shapes.unshift(line([[x(0), 0], [x(0), rows.length * height + 4]], { stroke: "var(--soft)", width: 1 }));
  return drawing(SUM_WIDE, rows.length * height + 8, label, shapes);
}

/**
 * One line: its name, its bar, and its number.
 * @param {SumRow} row
 * @param {number} y
 * @param {(value: number) => number} x
 */
function sumRow({ name, from, to, fill, ghost, total, told }, y, x) {
  const shapes = [written(NAME_WIDE - 10, y + 18, cut(name, 22), { size: 15.5, anchor: "end", bold: total })];
  if (total) shapes.push(line([[0, y - 2], [SUM_WIDE, y - 2]], { stroke: "var(--line)", width: 1 }));
  if (Number.isFinite(to) && Number.isFinite(from)) {
    if (ghost !== undefined) {
      const outline = box(Math.min(x(0), x(ghost)), y + 4, Math.abs(x(ghost) - x(0)), 18,
        { fill: "none", stroke: fill, "stroke-width": 1.2, "stroke-dasharray": "3 3" });
      shapes.push(outline);
    }
    const width = Math.max(1, Math.abs(x(to) - x(from)));
    shapes.push(box(Math.min(x(from), x(to)), y + 4, width, 18, { fill, rx: 1.5 }));
    if (!total && from !== 0) shapes.push(line([[x(from), y - 8], [x(from), y + 24]], { stroke: "var(--soft)", dashed: true, width: 1 }));
  }
  shapes.push(written(SUM_WIDE, y + 18, told ?? withSign(to - from), { size: 15.5, anchor: "end", bold: total }));
  return shapes;
}

/**
 * The terms of a gate's sum as lines: the largest, all others together, and what it comes to.
 * @param {{name: string, value: number}[]} terms
 * @param {number} shown how many
 */
export function termRows(terms, shown = 5) {
  const others = terms.slice(shown), sum = terms.reduce((all, { value }) => all + value, 0);
  const rest = others.reduce((all, { value }) => all + value, 0);
  const lines = terms.slice(0, shown).map(({ name, value }) => ({ name, value }));
  if (others.length) lines.push({ name: `${others.length.toLocaleString("en")} others`, value: rest });
  /** @type {SumRow[]} */
  const rows = [];
  let at = 0;
  for (const { name, value } of lines) {
    rows.push({ name, from: at, to: at + value, fill: `var(${value < 0 ? "--below-zero" : "--above-zero"})` });
    at += value;
  }
  rows.push({ name: "the sum", from: 0, to: sum, fill: "var(--ink)", total: true, told: figure(sum) });
  return rows;
}

/**
 * The curve that squashes a sum, with the sum on it.
 * @param {boolean} sigmoid else tanh
 * @param {number} sum
 * @param {number} value what comes out
 * @param {string} part whose colour the point has
 */
export function drawSquash(sigmoid, sum, value, part) {
  const wide = 180, high = 96, most = 6;
  const x = (/** @type {number} */ at) => 10 + ((Math.max(-most, Math.min(most, at)) + most) / (2 * most)) * (wide - 20);
  const y = (/** @type {number} */ at) => high - 12 - (sigmoid ? at : (at + 1) / 2) * (high - 26);
  const squash = (/** @type {number} */ at) => (sigmoid ? 1 / (1 + Math.exp(-at)) : Math.tanh(at));
  const places = Array.from({ length: 61 }, (_, step) => (step / 60) * 2 * most - most);
  const curve = /** @type {[number, number][]} */ (places.map((at) => [x(at), y(squash(at))]));
  const shapes = [
    line([[10, y(0)], [wide - 10, y(0)]], { stroke: "var(--line)", width: 1 }),
    line([[x(0), 8], [x(0), high - 10]], { stroke: "var(--line)", width: 1 }),
    line(curve, { width: 2, stroke: "var(--soft)" }),
  ];
  if (Number.isFinite(sum) && Number.isFinite(value)) {
    shapes.push(line([[x(sum), y(0)], [x(sum), y(value)]], { stroke: partColour(part), width: 1.4, dashed: true }));
    shapes.push(shape("circle", { cx: x(sum), cy: y(value), r: 5.5, fill: partColour(part), stroke: "var(--ink)" }));
  }
  const name = sigmoid ? "sigmoid" : "tanh";
  return drawing(wide, high, `${name} of ${figure(sum)} is ${figure(value)}`, shapes);
}

/**
 * A number with its sign.
 * @param {number} value
 */
export function withSign(value) {
  const shown = figure(value);
  return value > 0 && Number(shown) !== 0 ? `+${shown}` : shown;
}

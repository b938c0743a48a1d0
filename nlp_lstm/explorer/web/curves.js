/**
 * The curves of one unit: its states, and below them its gates, word by word, under the columns of the strip.
 */

import { partName, SIGNS, splitParts } from "./parts.js";
import { cut, drawing, figure, line, partColour, shape, written } from "./shapes.js";
import { hasName, MAP_LEFT } from "./strip_drawing.js";

/** @typedef {import("./readings.js").View} View */
/** @typedef {{top: number, high: number, from: number, to: number}} Frame where a plot stands, and its values */

const PLOT_HIGH = 116;
const BETWEEN = 34;
const WORDS_LOW = 26;
const RIGHT = 8;
const NAMED_GATES = 560;

/**
 * @param {View} view
 * @param {number} width pixels
 * @returns {SVGElement}
 */
export function drawCurves(view, width) {
  const { focus, layer, unit } = view;
  const parts = focus.after.layers[layer - 1];
  const before = focus.isChanged ? focus.before.layers[layer - 1] : null;
  const { states, gates } = splitParts(parts);
  const most = Math.max(1, ...states.flatMap((part) => parts[part].map((values) => Math.abs(values[unit]) || 0)));
  const frames = [{ names: states, frame: { top: BETWEEN, high: PLOT_HIGH, from: -most, to: most } }];
  const low = gates.includes("candidate") ? -1 : 0;
  if (gates.length) frames.push({ names: gates, frame: { top: 2 * BETWEEN + PLOT_HIGH, high: PLOT_HIGH, from: low, to: 1 } });
  const words = focus.changed.words;
  const wide = (width - MAP_LEFT) / words.length;
  const middle = (/** @type {number} */ at) => MAP_LEFT + (at + 0.5) * wide;
  const shapes = [];
  const height = frames.length * (PLOT_HIGH + BETWEEN) + WORDS_LOW;
  const at = focus.place(view.word);
  if (at !== null) shapes.push(shape("rect", { x: MAP_LEFT + (at - 1) * wide, y: BETWEEN, width: wide, height: height - BETWEEN - WORDS_LOW, fill: "var(--pale)" }));
  for (const { names, frame } of frames) {
    shapes.push(...drawFrame(frame, width));
    shapes.push(...drawNames(names, parts, frame, unit, at, width));
    for (const part of names) {
      const points = (/** @type {Float32Array[]} */ values) => values.map((one, place) => /** @type {[number, number]} */ ([middle(place), heightOf(frame, one[unit])]));
      // dashed: without the changes, at the words that are still there
      if (before) shapes.push(curve(points(before[part].filter((_, place) => focus.place(place + 1) !== null)), part, true));
      shapes.push(curve(points(parts[part]), part, false));
      if (at !== null && Number.isFinite(parts[part][at - 1][unit])) {
        shapes.push(shape("circle", { cx: middle(at - 1), cy: heightOf(frame, parts[part][at - 1][unit]), r: 4.5, fill: partColour(part), stroke: "var(--paper)", "stroke-width": 1.5 }));
      }
    }
  }
  shapes.push(...drawWords(words, wide, middle, height, at));
  return drawing(width, height, `Unit ${unit}, word by word: its states, and its gates; the table below holds the numbers`, shapes);
}

/** @param {Frame} frame @param {number} value */
function heightOf({ top, high, from, to }, value) {
  const inside = Math.max(from, Math.min(to, Number.isFinite(value) ? value : 0));
  return top + high - ((inside - from) / (to - from)) * high;
}

/** @param {[number, number][]} points @param {string} part @param {boolean} dashed */
function curve(points, part, dashed) {
  const state = part.endsWith("_state");
  const drawn = points.length > 1 ? points : [points[0], points[0]];
  return line(drawn, { stroke: partColour(part), width: dashed ? 1.4 : state ? 3 : 2, dashed });
}

/** @param {Frame} frame @param {number} width */
function drawFrame(frame, width) {
  const values = frame.from < 0 ? [frame.from, 0, frame.to] : [frame.from, frame.to];
  return values.flatMap((value) => {
    const y = heightOf(frame, value);
    const number = figure(value, Number.isInteger(value) ? 0 : 1);
    const stroke = value === 0 ? "var(--soft-line)" : "var(--line)";
    return [line([[MAP_LEFT, y], [width - RIGHT / 2, y]], { stroke, width: 1 }), written(MAP_LEFT - 6, y + 4, number, { size: 15, anchor: "end", fill: "var(--soft)" })];
  });
}

/**
 * What each curve is, with its number at the chosen word.
 * @param {string[]} names
 * @param {import("./cells.js").LayerParts} parts
 * @param {Frame} frame
 * @param {number} unit
 * @param {number|null} at
 * @param {number} width pixels: where they are few, gates have their signs alone
 */
function drawNames(names, parts, frame, unit, at, width) {
  const text = written(MAP_LEFT, frame.top - 10, "", { size: names.length > 2 && width >= NAMED_GATES ? 13 : 15, anchor: "start" });
  names.forEach((part, place) => {
    const sign = shape("tspan", { fill: partColour(part), "font-weight": 700 }, `${place ? "\u2003" : ""}${SIGNS[part]} `);
    const value = at === null ? "" : ` ${figure(parts[part][at - 1][unit])}`;
    const name = names.length > 2 && width < NAMED_GATES ? "" : partName(part);
    text.append(sign, shape("tspan", { fill: "var(--ink)" }, `${name}${value}`));
  });
  return [text];
}

/**
 * @param {string[]} words
 * @param {number} wide pixels of a word
 * @param {(at: number) => number} middle
 * @param {number} height
 * @param {number|null} at number of the chosen word
 */
function drawWords(words, wide, middle, height, at) {
  return words.flatMap((word, place) => {
    const chosen = place + 1 === at;
    if (!hasName(place, wide, at)) return [];
    const shown = cut(word, Math.max(4, Math.floor(Math.max(wide, chosen ? 80 : 0) / 8.6)));
    return [written(middle(place), height - 8, shown, { size: 15, bold: chosen, fill: chosen ? "var(--ink)" : "var(--soft)" })];
  });
}

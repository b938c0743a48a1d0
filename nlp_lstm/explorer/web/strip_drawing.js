/**
 * How the strip is drawn: maps of units by words on one canvas, and marks for what is chosen above it.
 *
 * States take the whole width, one below the other; gates stand side by side below them.
 */

import { MEANINGS, partName, SIGNS, splitParts } from "./parts.js";
import { cut, partColour } from "./shapes.js";
import { html } from "./table.js";

/** @typedef {import("./readings.js").View} View */
/** @typedef {{part: string, x: number, y: number, width: number, height: number}} MapBox one part's map */
/** @typedef {{boxes: MapBox[], height: number, width: number, words: number, units: number, largest: number, beyond: boolean}} Layout largest: the end of the scale; beyond: whether a value is */

export const MAP_LEFT = 38; // room for the numbers of units
const TITLE_HIGH = 26;
const WORDS_HIGH = 24;
const GAP = 12;
const LEAST_NAME = 30; // pixels of a word's name
const LEAST_GATE = 110; // pixels of width: narrower ones take more rows
const STEPS = [1, 1.5, 2]; // ends of the scale; what is beyond the last has its colour
const SHADES = 255;
const BEND = 0.6; // the scale is stretched around 0, where most values are

/**
 * Where everything stands.
 * @param {View} view
 * @param {number} width pixels
 * @returns {Layout}
 */
export function layOut(view, width) {
  const { focus, layer } = view;
  const parts = focus.after.layers[layer - 1];
  const units = focus.run.units;
  const height = Math.round(units * Math.max(1, Math.min(12, 180 / units)));
  const { states, gates } = splitParts(parts);
  /** @type {MapBox[]} */
  const boxes = [];
  let y = WORDS_HIGH;
  for (const part of states) {
    boxes.push({ part, x: MAP_LEFT, y: y + TITLE_HIGH, width: width - MAP_LEFT, height });
    y += TITLE_HIGH + height;
  }
  const whole = width - MAP_LEFT;
  const inRow = whole >= gates.length * LEAST_GATE ? gates.length : Math.ceil(gates.length / 2);
  const each = (whole - GAP * (inRow - 1)) / inRow;
  gates.forEach((part, place) => {
    const x = MAP_LEFT + (place % inRow) * (each + GAP);
    const row = Math.floor(place / inRow);
    boxes.push({ part, x, y: y + TITLE_HIGH + row * (TITLE_HIGH + height), width: each, height });
  });
  y += Math.ceil(gates.length / (inRow || 1)) * (TITLE_HIGH + height);
  return { boxes, height: y + 2, width, words: focus.changed.words.length, units, ...scaleEnd(parts, states) };
}

/**
 * The end of the scale: it seldom changes while the text grows, and leaves gates and h in sight where c is large.
 * @param {import("./cells.js").LayerParts} parts
 * @param {string[]} states
 */
function scaleEnd(parts, states) {
  let largest = 1;
  for (const part of states) {
    for (const values of parts[part]) for (const value of values) if (Math.abs(value) > largest) largest = Math.abs(value);
  }
  const end = STEPS.find((step) => step >= largest);
  return { largest: end ?? STEPS[STEPS.length - 1], beyond: end === undefined };
}

/**
 * @param {Layout} layout
 * @param {number} x
 * @param {number} y
 * @returns {{row: number, word: number}|null} word: from 1, of the changed sentence
 */
export function placeAt(layout, x, y) {
  const box = layout.boxes.find((one) => x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height);
  if (!box) return null;
  const word = Math.floor(((x - box.x) / box.width) * layout.words) + 1;
  return { row: Math.floor(((y - box.y) / box.height) * layout.units), word };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {View} view
 * @param {Layout} layout
 */
export function paint(canvas, view, layout) {
  const fine = Math.min(window.devicePixelRatio || 1, 3);
  canvas.width = Math.round(layout.width * fine);
  canvas.height = Math.round(layout.height * fine);
  canvas.style.width = `${layout.width}px`;
  canvas.style.height = `${layout.height}px`;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(fine, fine);
  const shades = makeShades();
  const parts = view.focus.after.layers[view.layer - 1];
  for (const { part, x, y, width, height } of layout.boxes) {
    pen.imageSmoothingEnabled = width * fine < layout.words || height * fine < layout.units;
    pen.drawImage(smallMap(parts[part], layout, view.order, shades), x, y, width, height);
  }
}

/**
 * A map with one pixel for each unit at each word.
 * @param {Float32Array[]} values
 * @param {Layout} layout
 * @param {number[]} order the unit of each row
 * @param {Uint32Array} shades
 */
function smallMap(values, { words, units, largest }, order, shades) {
  const small = document.createElement("canvas");
  small.width = words;
  small.height = units;
  const pen = /** @type {CanvasRenderingContext2D} */ (small.getContext("2d"));
  const image = pen.createImageData(words, units);
  const pixels = new Uint32Array(image.data.buffer);
  for (let word = 0; word < words; word++) {
    for (let row = 0; row < units; row++) {
      const value = values[word][order[row]] / largest;
      // what is no number is left out
      if (value === value) pixels[row * words + word] = shades[Math.round((Math.max(-1, Math.min(1, value)) + 1) * SHADES)];
    }
  }
  pen.putImageData(image, 0, 0);
  return small;
}

/** The colours of values from -1 to 1, as the style sheet has them now. */
function makeShades() {
  const style = getComputedStyle(document.documentElement);
  const [below, paper, above] = ["--below-zero", "--paper", "--above-zero"].map((name) => readColour(style.getPropertyValue(name)));
  const shades = new Uint32Array(2 * SHADES + 1);
  for (let at = 0; at < shades.length; at++) {
    const value = (at - SHADES) / SHADES;
    const end = value < 0 ? below : above;
    const [red, green, blue] = paper.map((from, channel) => Math.round(from + (end[channel] - from) * Math.abs(value) ** BEND));
    shades[at] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
  return shades;
}

/** @param {string} text such as " #0072b2" @returns {number[]} red, green and blue */
function readColour(text) {
  const number = parseInt(text.trim().slice(1), 16) || 0;
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

/**
 * Words, titles, numbers of units, and what is chosen.
 * @param {HTMLElement} marks
 * @param {View} view
 * @param {Layout} layout
 */
export function markChosen(marks, view, layout) {
  const at = view.focus.place(view.word);
  const found = [];
  const [top] = layout.boxes;
  const wide = top.width / layout.words;
  view.focus.changed.words.forEach((word, place) => {
    const chosen = place + 1 === at, widest = wide * every(wide);
    if (!hasName(place, wide, at)) return;
    const room = chosen ? Math.max(widest, 8 * Math.min(word.length, 16) + 12) : widest;
    const x = Math.max(0, Math.min(top.x + (place + 0.5) * wide - room / 2, layout.width - room));
    const name = html("span", { class: chosen ? "at word" : "word" }, cut(word, Math.max(3, Math.floor(room / 7.5))));
    found.push(position(name, x, 0, room, WORDS_HIGH));
  });
  for (const { part, x, y, width, height } of layout.boxes) {
    const sign = html("b", {}, SIGNS[part]);
    sign.style.color = partColour(part);
    found.push(position(html("span", { class: "title" }, sign, ` ${partName(part)}`, html("i", {}, MEANINGS[part] ? `, ${MEANINGS[part]}` : "")), x, y - TITLE_HIGH, width, TITLE_HIGH));
    found.push(position(html("span", { class: "edge" }), x, y, width, height));
    const each = width / layout.words;
    if (at) found.push(position(html("span", { class: "column" }), x + (at - 1) * each, y, each, height));
    const row = height / layout.units;
    const line = view.order.indexOf(view.unit);
    found.push(position(html("span", { class: "row" }), x - 3, y + line * row - 2, width + 6, row + 4));
    if (x === MAP_LEFT) {
      const middle = y + (line + 0.5) * row;
      found.push(position(html("span", { class: "unit-number" }, String(view.unit)), 0, middle - 9, MAP_LEFT - 5, 18));
    }
  }
  marks.replaceChildren(...found);
}

/** One word in how many has room for its name. @param {number} wide pixels of a word */
function every(wide) {
  return Math.ceil(LEAST_NAME / wide);
}

/**
 * Whether a word is named: the chosen one, and of the others those that have room, beside it, too.
 * @param {number} place of the word, from 0
 * @param {number} wide pixels of a word
 * @param {number|null} at number of the chosen word
 */
export function hasName(place, wide, at) {
  const away = at === null ? Infinity : Math.abs(place + 1 - at);
  return away === 0 || (place % every(wide) === 0 && away * wide >= LEAST_NAME);
}

/** @param {HTMLElement} element @param {number} x @param {number} y @param {number} width @param {number} height */
function position(element, x, y, width, height) {
  Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  return element;
}

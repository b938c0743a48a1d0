// Panel: who wrote what of an LSTM's memory, words by words. c = f * c + i * g unrolled is a sum, so it is exact.

import { memoryAge, memoryShares, unitWrites, writeDecomposition } from "./memory.js";
import { largest, norm } from "./numbers.js";
import { box, cut, drawing, figure, line, partColour, percent, shape, tint, valueColour, written } from "./shapes.js";
import { choice, html, tableBelow, whenSeen } from "./table.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").View} View */

const MOST_SQUARES = 24, MOST_SQUARES_NARROW = 8;
const STRONGEST = { all: 0.64, one: 0.5 }; // of a tint, on which numbers can be read on light paper and on dark
const LEFT_ROOM = 84, TOP_ROOM = 78, BAR_ROOM = 108, NUMBER_ROOM = 64, NARROW = 480;

/**
 * Make the panel.
 * @param {Page} page
 */
export function makeMemoryMap(page) {
  const lead = html("p", { class: "panel-lead said", "aria-live": "polite" });
  const kind = choice("Of", [{ value: "all", words: "all units" }, { value: "one", words: "the chosen unit" }],
    (memory) => page.set({ memory }));
  const picture = html("div", { class: "memory-map", tabindex: "0", role: "group", "aria-label": "The map. Left and right choose a word." });
  const note = html("p", { class: "note" });
  const table = tableBelow("The map as a table");
  const whole = html("div", {}, html("div", { class: "buttons" }, kind.element), picture, note, table.element);
  const element = html("section", { class: "panel", id: "panel-memory", "aria-labelledby": "memory-title" },
    html("h2", { id: "memory-title" }, "Memory: who wrote it"), lead, whole);

  /** @param {View} view */
  function draw(view) {
    const oneUnit = view.state.memory === "one", found = takeApart(view, oneUnit);
    kind.select.value = view.state.memory;
    whole.hidden = typeof found === "string";
    if (typeof found === "string") return lead.replaceChildren(found);
    lead.replaceChildren(...tellHeld(found));
    picture.replaceChildren(drawMap(found, Math.max(330, Math.min(680, picture.clientWidth)), (word) => page.set({ word })));
    note.textContent = tellMap(found, view);
    const shown = found.amounts.slice(found.first, found.last);
    const names = found.words.slice(found.first, found.last);
    const columns = ["after ↓ was written at →", ...(found.begun ? ["before"] : []), ...names];
    table.fill(columns, shown.map((row, at) => [names[at],
      ...[...(found.begun ? [row[0]] : []), ...row.slice(found.first + 1, found.last + 1)].map((value, j) =>
        j - (found.begun ? 1 : 0) > at ? "" : oneUnit ? figure(value, 4) : percent(value))]));
    return undefined;
  }
  return { element, update: whenSeen(element, draw) };
}

/**
 * @typedef {Object} TakenApart
 * @property {string[]} words
 * @property {number[][]} amounts [t][j]: of the memory after word t, what word j wrote; j = 0: before the first
 * @property {number[][]} held [t][j]: what is left of what word j wrote, of what it wrote; j = 0: before
 * @property {boolean} begun whether something was there before the first word
 * @property {boolean} oneUnit
 * @property {number} unit
 * @property {number} word that is chosen, from 1; if that is the last, the one before it with the largest share
 * @property {boolean} atEnd whether the last word is chosen
 * @property {number} first word that is shown, from 0
 * @property {number} last that is not shown any more
 * @property {number} age of the memory after the last word, in words
 */

/**
 * The memory taken apart; or why it cannot be.
 * @param {View} view
 * @param {boolean} oneUnit
 * @returns {TakenApart | string}
 */
function takeApart({ focus, layer, unit, word }, oneUnit) {
  if (focus.run.cell !== "lstm") {
    const kind = focus.run.cell === "gru" ? "a GRU" : "a simple recurrent network";
    return `This map takes an LSTM's cell state apart. This run is ${kind}: it has no cell state, only h.`;
  }
  const writes = writeDecomposition(focus.after.layers[layer - 1], focus.after.initial[layer - 1]);
  const finite = focus.after.layers[layer - 1].cell_state.every((values) => values.every(Number.isFinite));
  if (!finite) return "The cell state holds values that are no numbers (NaN), so there is nothing to draw.";
  if (!writes) return "A knob holds the cell state, so it is no longer the sum of what was written. Reset the knob to see the map.";
  const words = focus.changed.words, count = words.length;
  const size = (/** @type {Float32Array} */ values) => (oneUnit ? Math.abs(values[unit]) : norm(values));
  const sizes = writes.map((row) => row.map(size));
  const amounts = oneUnit ? unitWrites(writes, unit) : memoryShares(writes);
  const held = sizes.map((row) => row.map((value, j) => value / (j ? sizes[j - 1][j] : sizes[0][0])));
  const shown = matchMedia("(max-width: 640px)").matches ? MOST_SQUARES_NARROW : MOST_SQUARES;
  const place = focus.place(word) ?? Math.max(1, word - 1), [most] = largest(amounts[count - 1].slice(1, count).map(Math.abs), 1);
  const atEnd = place === count && most !== undefined, at = atEnd ? most + 1 : place;
  const first = Math.max(0, Math.min(count - shown, at - 1 - Math.floor(shown / 3)));
  const age = memoryAge(amounts)[count - 1];
  return { words, amounts, held, begun: sizes[0][0] > 0, oneUnit, unit, word: at, atEnd, first, last: Math.min(count, first + shown), age };
}

/**
 * Where the chosen word is still held.
 * @param {TakenApart} found
 * @returns {(Node | string)[]}
 */
function tellHeld({ words, amounts, held, oneUnit, unit, word, atEnd }) {
  const last = words.length, name = html("b", {}, words[word - 1]);
  const of = oneUnit ? `unit ${unit}` : "the memory";
  const wrote = oneUnit ? figure(amounts[word - 1][word]) : percent(amounts[word - 1][word]);
  const most = atEnd ? [name, ` has the largest share of ${of} at the end, of the words before `, html("b", {}, words[last - 1]), ". It"] : [name];
  const began = [...most, oneUnit ? ` writes ${wrote} into ${of}.` : ` writes ${wrote} of what is in ${of} after it.`];
  if (word === last) return [...began, " It is the last word: choose an earlier one to see how long it is held."];
  const left = held[last - 1][word], half = held.findIndex((row, t) => t >= word - 1 && row[word] < 0.5);
  const away = half - word + 1;
  const fades = half < 0 ? "more than half of it is held to the end" : `half of it is gone after ${away} ${away === 1 ? "word" : "words"}`;
  const share = oneUnit ? "" : `, ${percent(amounts[last - 1][word])} of what the memory holds then`;
  return [...began, ` After the last word ${percent(left)} of that is left${share}; ${fades}.`];
}

/**
 * What the map shows, and how old the memory is.
 * @param {TakenApart} found
 * @param {View} view
 */
function tellMap({ words, first, last, age, oneUnit, unit, begun }, { layer }) {
  const cutOff = last - first < words.length ? ` Words ${first + 1} to ${last} of ${words.length} are shown, around the chosen one.` : "";
  const square = oneUnit
    ? `A square is what the word above wrote of unit ${unit}'s c after the word on the left: brown below 0, teal above. A row adds up to c.`
    : "A square is the share of the word above in layer " + `${layer}'s memory after the word on the left. A row adds up to 100 %.`;
  const before = begun ? " “before” is what was there before the first word." : "";
  return `${square}${before} After the last word the memory is ${figure(age, 1)} words old on average.${cutOff}`;
}

/**
 * Draw the map, and beside it what is left of what the chosen word wrote.
 * @param {TakenApart} found
 * @param {number} width in pixels
 * @param {(word: number) => void} choose
 */
function drawMap({ words, amounts, held, begun, oneUnit, word, first, last }, width, choose) {
  const columns = [...(begun ? [0] : []), ...Array.from({ length: last - first }, (_, at) => first + at + 1)];
  const right = width < NARROW ? NUMBER_ROOM : BAR_ROOM;
  const side = Math.min(42, (width - LEFT_ROOM - right) / columns.length), wide = columns.length * side;
  const strongest = Math.max(...amounts.slice(first, last).flatMap((row) => columns.map((j) => Math.abs(row[j] ?? 0))));
  const height = TOP_ROOM + (last - first) * side + 24;
  const x = (/** @type {number} */ j) => LEFT_ROOM + columns.indexOf(j) * side;
  const y = (/** @type {number} */ t) => TOP_ROOM + (t - first) * side;
  /** @type {SVGElement[]} */
  const shapes = [];
  const pick = (/** @type {SVGElement} */ mark, /** @type {number} */ j) => {
    if (j > 0) mark.addEventListener("click", () => choose(j));
    mark.classList.toggle("pick", j > 0);
    return mark;
  };
  for (const j of columns) {
    const name = written(0, 0, j ? cut(words[j - 1], 12) : "before", { anchor: "start", bold: j === word });
    name.setAttribute("transform", `translate(${x(j) + side / 2 + 4} ${TOP_ROOM - 8}) rotate(-50)`);
    shapes.push(pick(name, j));
  }
  for (let t = first; t < last; t++) {
    const name = written(LEFT_ROOM - 8, y(t) + side / 2 + 5, cut(words[t], 11), { anchor: "end", bold: t + 1 === word });
    shapes.push(pick(name, t + 1));
    for (const j of columns.filter((column) => column <= t + 1)) {
      const value = amounts[t][j], strength = (Math.abs(value) / (strongest || 1)) ** 0.7;
      const fill = oneUnit ? valueColour(STRONGEST.one * value, strongest) : tint("--cell-state", STRONGEST.all * strength);
      const title = `after ${words[t]}: ${j ? words[j - 1] : "before"} ${oneUnit ? figure(value, 3) : percent(value)}`;
      shapes.push(pick(box(x(j) + 0.5, y(t) + 0.5, side - 1, side - 1, { fill, rx: 2 }), j));
      shapes[shapes.length - 1].append(shape("title", {}, title));
      if (side >= 20) {
        const tenths = figure(value, Math.abs(value) < 9.95 ? 1 : 0).replace("0.", ".").replace(/(\d)\.0$/, "$1");
        const told = oneUnit ? (tenths === ".0" ? "" : tenths) : `${Math.round(100 * value)}`;
        const mark = written(x(j) + side / 2, y(t) + side / 2 + 4.5, told, { size: side < 26 ? 12 : side < 34 ? 14 : 16 });
        mark.classList.add("through");
        shapes.push(mark);
      }
    }
  }
  if (word > first && word <= last) shapes.push(...drawHeld(held, word, last, x, y, side, LEFT_ROOM + wide + (width < NARROW ? 8 : 14), width < NARROW ? 0 : 46));
  return drawing(LEFT_ROOM + wide + right, height, "Which word wrote how much of the memory, after each word; see the table", shapes);
}

/**
 * The chosen word's column in a frame, and a bar for what is left of it after each word.
 * @param {number[][]} held
 * @param {number} word
 * @param {number} last
 * @param {(j: number) => number} x
 * @param {(t: number) => number} y
 * @param {number} side
 * @param {number} left
 * @param {number} room of the longest bar; 0 for numbers alone
 */
function drawHeld(held, word, last, x, y, side, left, room) {
  const frame = { fill: "none", stroke: "var(--ink)", "stroke-width": 2, rx: 3 };
  const shapes = [
    box(x(word), y(word - 1), side, (last - word + 1) * side, frame),
    written(left, y(last) + 17, "left of it", { size: 15, anchor: "start", fill: "var(--soft)" }),
    line([[left, y(word - 1)], [left, y(last)]], { stroke: "var(--soft)", width: 1 }),
  ];
  for (let t = word - 1; t < last; t++) {
    const share = held[t][word], high = Math.min(16, side - 6);
    if (!Number.isFinite(share)) continue;
    const length = room * Math.min(1, share), middle = y(t) + side / 2;
    if (room) shapes.push(box(left, middle - high / 2, Math.max(1, length), high, { fill: partColour("cell_state"), rx: 1.5 }));
    shapes.push(written(left + length + 5, middle + 4.5, percent(share), { size: 15, anchor: "start" }));
  }
  return shapes;
}

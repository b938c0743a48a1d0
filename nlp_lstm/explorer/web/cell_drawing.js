// A cell at one step, every gate where it stands, with the numbers of one unit: as nlp_lstm/anatomies/_cells.py
// draws it. What is alive here: a gate is filled as far as it is open, and a state's line is as thick as it is large.

import { box, cut, drawing, figure, index, line, operation, partColour, shape, written } from "./shapes.js";

const CELL_WIDE = 376, PITCH = 396;
const STATE_Y = 52, GATES_Y = 214, BUS_Y = 284, FLOOR_Y = 320, OUT_X = 358; // heights in a cell; where h leaves it
const TIMES_Y = 122; // where the candidate is multiplied
/** @type {Record<string, number>} */
const CELL_ROOF = { lstm: 4, gru: 4, rnn: 124 }; // where a cell begins: one without gates is low

/**
 * @typedef {Object} Step what is drawn of one unit at one word
 * @property {string} cell "lstm", "gru" or "rnn"
 * @property {number} t number of the word, from 1
 * @property {string} word what is read: the word, or the layer below
 * @property {Record<string, number>} values by the names of the equations; states before as "h_before"
 * @property {number} largest value of the states, in size, in the sentence
 * @property {string} chosen part that is opened
 * @property {(part: string) => void} choose
 */

/**
 * Draw one step.
 * @param {Step} step
 * @param {string} label
 */
export function drawCell(step, label) {
  const roof = CELL_ROOF[step.cell], top = roof - 52, height = FLOOR_Y + 56 - top;
  const inside = [
    box(4, roof, CELL_WIDE - 8, FLOOR_Y - roof, { rx: 14, fill: "var(--pale)", stroke: "var(--line)" }),
    ...CELL_DRAWINGS[step.cell](step),
    ...drawEnds(step),
  ];
  const picture = drawing(PITCH + 16, height, label, [shape("g", { transform: `translate(10 ${-top})` }, ...inside)]);
  picture.setAttribute("role", "group"); // its gates are buttons
  return picture;
}

/**
 * What enters a cell from below and leaves it above.
 * @param {Step} step
 */
function drawEnds({ cell, t, word, values }) {
  return [
    line([[34, FLOOR_Y + 26], [34, BUS_Y + 1]], { arrow: true, width: 2 }),
    written(26, FLOOR_Y + 46, `x${index(t)}: ${cut(word, 24)}`, { size: 15, anchor: "start", bold: true }),
    written(46, BUS_Y + 22, `x${index(t)} and h${index(t - 1)}`, { size: 15, anchor: "start", fill: "var(--soft)" }),
    written(OUT_X + 12, CELL_ROOF[cell] - 34, `h${index(t)} = ${figure(values.hidden_state)}`,
      { size: 16, anchor: "end", bold: true, fill: partColour("hidden_state") }),
  ];
}

/**
 * Four boxes read x and h; the cell state runs above them; o meets tanh(c) after it.
 * @param {Step} step
 */
function drawLstm(step) {
  const { values, t } = step;
  const f = 62, i = 146, g = 230, o = 314, middle = (i + g) / 2;
  const c = partColour("cell_state");
  const gates = /** @type {[number, string][]} */ (
    [[f, "forget_gate"], [i, "input_gate"], [g, "candidate"], [o, "output_gate"]]);
  const arrow = { arrow: true };
  return inStages([
    line([[0, BUS_Y], [o, BUS_Y]], flowLooks("hidden_state", values.h_before, step)),
    line([[0, STATE_Y], [f, STATE_Y]], flowLooks("cell_state", values.c_before, step)),
    ...gates.map(([x]) => line([[x, BUS_Y], [x, GATES_Y + 29]], arrow)),
    ...carriedState(10, STATE_Y, `c${index(t - 1)}`, values.c_before, c),
    ...carriedState(10, BUS_Y, `h${index(t - 1)}`, values.h_before, partColour("hidden_state")),
  ], gates.map(([x, name]) => drawGate(step, x, name)), [
    line([[f, STATE_Y], [middle, STATE_Y]], flowLooks("cell_state", values.kept, step)),
    line([[f, GATES_Y - 29], [f, STATE_Y + 12]], arrow),
    line([[i, GATES_Y - 29], [i, TIMES_Y], [middle - 12, TIMES_Y]], arrow),
    line([[g, GATES_Y - 29], [g, TIMES_Y], [middle + 12, TIMES_Y]], arrow),
    line([[middle, TIMES_Y - 11], [middle, STATE_Y + 12]], { ...flowLooks("cell_state", values.written, step), arrow: true }),
    operation(f, STATE_Y, "×"), operation(middle, TIMES_Y, "×"),
    written(f + 14, STATE_Y - 12, `kept ${figure(values.kept)}`, { anchor: "start" }),
    written(middle, TIMES_Y + 29, "written", { size: 15 }),
    written(middle, TIMES_Y + 45, figure(values.written)),
  ], [
    line([[middle, STATE_Y], [PITCH, STATE_Y]], flowLooks("cell_state", values.cell_state, step)),
    operation(middle, STATE_Y, "+"),
    written(middle + 14, STATE_Y - 12, `c${index(t)} ${figure(values.cell_state)}`,
      { size: 15, anchor: "start", fill: c, bold: true }),
  ], [
    line([[o, STATE_Y], [o, 80]], arrow), line([[o, 102], [o, TIMES_Y + 2]], arrow),
    line([[o, GATES_Y - 29], [o, TIMES_Y + 25]], arrow),
    ...drawLeaving(step, o + 11, TIMES_Y + 13),
    box(o - 26, 80, 52, 22, { rx: 6, fill: "var(--paper)", stroke: "var(--ink)" }),
    written(o, 96, "tanh"), written(o - 9, 118, figure(values.tanh_cell_state), { anchor: "end" }),
    operation(o, TIMES_Y + 13, "×"),
  ]);
}

/**
 * One state runs above: z shares it between what was and the candidate, which sees h through r.
 * @param {Step} step
 */
function drawGru(step) {
  const { values, t } = step;
  const z = 72, r = 164, times = 226, g = 298;
  const soft = { size: 15, anchor: "start", fill: "var(--soft)" };
  const arrow = { arrow: true };
  return inStages([
    line([[0, STATE_Y], [z, STATE_Y]], flowLooks("hidden_state", values.h_before, step)),
    line([[16, STATE_Y], [16, BUS_Y], [g, BUS_Y]], { stroke: partColour("hidden_state"), width: 2.4 }),
    ...[z, r, g].map((x) => line([[x, BUS_Y], [x, GATES_Y + 29]], arrow)),
    line([[times, BUS_Y], [times, GATES_Y + 12]], arrow),
    ...carriedState(22, STATE_Y, `h${index(t - 1)}`, values.h_before, partColour("hidden_state")),
    written(times + 5, BUS_Y - 14, "h U", soft), written(g + 5, BUS_Y - 14, "x W", soft),
  ], [drawGate(step, z, "update_gate"), drawGate(step, r, "reset_gate")], [
    line([[r + 39, GATES_Y], [times - 12, GATES_Y]], arrow), line([[times + 11, GATES_Y], [g - 40, GATES_Y]], arrow),
    operation(times, GATES_Y, "×"), drawGate(step, g, "candidate"),
  ], [
    line([[z, STATE_Y], [g, STATE_Y]], flowLooks("hidden_state", values.kept, step)),
    line([[z, GATES_Y - 29], [z, STATE_Y + 12]], arrow), line([[z, TIMES_Y], [g - 12, TIMES_Y]], arrow),
    line([[g, GATES_Y - 29], [g, TIMES_Y + 12]], arrow),
    line([[g, TIMES_Y - 11], [g, STATE_Y + 12]], { ...flowLooks("hidden_state", values.written, step), arrow: true }),
    box(148, TIMES_Y - 12, 44, 24, { rx: 6, fill: "var(--paper)", stroke: "var(--ink)" }),
    written(170, TIMES_Y + 5, "1 − z"), operation(z, STATE_Y, "×"), operation(g, TIMES_Y, "×"),
    written(z + 14, STATE_Y - 12, `kept ${figure(values.kept)}`, { anchor: "start" }),
    written(g + 16, TIMES_Y - 8, "written", { size: 15, anchor: "start" }),
    written(g + 16, TIMES_Y + 9, figure(values.written), { anchor: "start" }),
  ], [
    line([[g, STATE_Y], [PITCH, STATE_Y]], flowLooks("hidden_state", values.hidden_state, step)),
    line([[OUT_X, STATE_Y], [OUT_X, CELL_ROOF.gru - 24]], { arrow: true, width: 2 }), operation(g, STATE_Y, "+"),
  ]);
}

/**
 * One box and nothing else.
 * @param {Step} step
 */
function drawRnn(step) {
  const x = CELL_WIDE / 2;
  return inStages([
    line([[0, BUS_Y], [x, BUS_Y]], flowLooks("hidden_state", step.values.h_before, step)),
    line([[x, BUS_Y], [x, GATES_Y + 29]], { arrow: true }),
    ...carriedState(10, BUS_Y, `h${index(step.t - 1)}`, step.values.h_before, partColour("hidden_state")),
  ], [drawGate(step, x, "hidden_state")], [line([[x, GATES_Y - 29], [x, 156]], { width: 2 }), ...drawLeaving(step, x, 156)]);
}

/**
 * Shapes in the order in which a step is computed: when it plays, they appear in it.
 * @param {SVGElement[][]} stages
 */
function inStages(...stages) {
  stages.forEach((shapes, at) => shapes.forEach((mark) => mark.classList.add("stage", `stage-${at}`)));
  return stages.flat();
}

/**
 * The hidden state on its way out: up to who reads it, and along to the next step.
 * @param {Step} step
 * @param {number} x
 * @param {number} y
 */
function drawLeaving(step, x, y) {
  const roof = CELL_ROOF[step.cell];
  return [
    line([[OUT_X, y], [OUT_X, roof < STATE_Y ? STATE_Y - 8 : y]], { stroke: "var(--pale)", width: 8 }),
    line([[x, y], [OUT_X, y], [OUT_X, roof - 24]], { arrow: true, width: 2 }),
    line([[OUT_X, y], [OUT_X, BUS_Y], [PITCH, BUS_Y]], flowLooks("hidden_state", step.values.hidden_state, step)),
  ];
}

/**
 * A state that comes in from the left: its letter and its number, above its line.
 * @param {number} x
 * @param {number} y
 * @param {string} letter
 * @param {number} value
 * @param {string} fill
 */
function carriedState(x, y, letter, value, fill) {
  const looks = { anchor: "start", fill, bold: true };
  return [written(x, y - 29, letter, looks), written(x, y - 12, figure(value), looks)];
}

/**
 * The looks of a state's line: as thick as the state is large.
 * @param {string} part
 * @param {number} value
 * @param {Step} step
 */
function flowLooks(part, value, { largest }) {
  const share = largest > 0 && Number.isFinite(value) ? Math.min(1, Math.abs(value) / largest) : 0;
  return { stroke: partColour(part), width: 1.4 + 6.6 * share };
}

/**
 * A box of weights: its name, what squashes its sum, and what comes out. It is a button that opens it.
 * @param {Step} step
 * @param {number} x
 * @param {string} name
 */
function drawGate(step, x, name) {
  const value = step.values[name], sigmoid = name.endsWith("_gate"), chosen = step.chosen === name;
  const left = x - 39, top = GATES_Y - 29, zero = sigmoid ? top + 58 : GATES_Y;
  const level = zero - (sigmoid ? 58 : 29) * Math.max(sigmoid ? 0 : -1, Math.min(1, value || 0));
  const title = name.replace("_gate", "").replace("hidden_state", "h");
  const squash = sigmoid ? "sigmoid" : "tanh", said = `${title} ${squash} ${figure(value)}${chosen ? "" : ", open its sum"}`;
  const looks = { class: "gate", tabindex: 0, role: "button", "aria-pressed": String(chosen), "aria-label": said };
  const element = shape("g", { ...looks, "data-part": name },
    box(left, top, 78, 58, { rx: 6, fill: "var(--paper)", stroke: "none" }),
    box(left + 1, Math.min(zero, level), 76, Math.abs(level - zero), { fill: partColour(name), "fill-opacity": 0.45 }),
    box(left, top, 78, 58, { class: "frame", rx: 6, fill: "none", stroke: "var(--ink)", "stroke-width": chosen ? 3 : 1.2 }),
    written(x, GATES_Y - 11, title, { size: 13.5, bold: true }), " ", // what is read out has the blanks, too
    written(x, GATES_Y + 5, squash, { size: 15 }), " ",
    written(x, GATES_Y + 23, figure(value), { size: 15, bold: true }));
  element.addEventListener("click", () => step.choose(name));
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    step.choose(name);
  });
  return element;
}

/** @type {Record<string, (step: Step) => SVGElement[]>} */
const CELL_DRAWINGS = { lstm: drawLstm, gru: drawGru, rnn: drawRnn };

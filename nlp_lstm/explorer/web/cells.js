// Words as vectors, and states -> every part of the next step: recurrent cells.
//
// The equations are those of Keras's LSTM, GRU and SimpleRNN layers, in Keras's order of columns. A step
// keeps every part of what it computes: gates, candidate and states. Each part is an array of one number per
// unit; x is the word as a vector, h the hidden state of the word before, W the kernel, U the recurrent
// kernel and b the bias. nlp_lstm/models/cells/ has the same in Python.

import { addProduct, addProductTurned, sigmoid } from "./numbers.js";

/**
 * @typedef {Record<string, Float32Array>} Parts part -> its values at one word, (units)
 * @typedef {Record<string, Float32Array[]>} LayerParts part -> its values at each word
 * @typedef {Record<string, Float64Array>} Slopes state -> the slopes of a score by it, (units)
 * @typedef {(part: string, values: Float32Array) => void} EditPart may change the values of a part
 * @typedef {{kernel: Float32Array, recurrentKernel: Float32Array, bias: Float32Array,
 *   recurrentBias: Float32Array | null}} LayerWeights
 * @typedef {object} Cell
 * @property {number} columns columns of the kernel per unit
 * @property {string[]} parts names of what a step makes; the first ones are the kernel's columns, in order
 * @property {string[]} states parts that are carried to the next word
 * @property {(projected: Float64Array, before: Parts, now: Parts, weights: LayerWeights, edit: EditPart) => void} step
 * @property {(now: Parts, before: Parts, slopes: Slopes, weights: LayerWeights) => {byColumns: Float64Array, back: Slopes}} backward
 */

/**
 * Advance an LSTM by one word.
 *
 *     i, f, g, o = split(x W + b + h U)
 *     c' = sigmoid(f) * c + sigmoid(i) * tanh(g)
 *     h' = sigmoid(o) * tanh(c')
 *
 * Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000.
 * @type {Cell["step"]}
 */
export function lstmStep(projected, before, now, weights, edit) {
  const { input_gate: i, forget_gate: f, candidate: g, output_gate: o, cell_state: c, hidden_state: h } = now;
  const units = h.length;
  addProduct(projected, before.hidden_state, weights.recurrentKernel);
  for (let unit = 0; unit < units; unit++) {
    i[unit] = sigmoid(projected[unit]);
    f[unit] = sigmoid(projected[units + unit]);
    g[unit] = Math.tanh(projected[2 * units + unit]);
    o[unit] = sigmoid(projected[3 * units + unit]);
  }
  for (const part of ["input_gate", "forget_gate", "candidate", "output_gate"]) edit(part, now[part]);
  for (let unit = 0; unit < units; unit++) c[unit] = f[unit] * before.cell_state[unit] + i[unit] * g[unit];
  edit("cell_state", c);
  for (let unit = 0; unit < units; unit++) h[unit] = o[unit] * Math.tanh(c[unit]);
  edit("hidden_state", h);
}

/**
 * Go back by one word, from the slopes of a score by its states to those by what it was made from.
 *
 *     o: dh tanh(c')      c': dc' + dh o (1 - tanh(c')^2)      i: dc' g      f: dc' c      g: dc' i
 *
 * @type {Cell["backward"]}
 */
export function lstmBackward(now, before, slopes, weights) {
  const { input_gate: i, forget_gate: f, candidate: g, output_gate: o, cell_state: c } = now;
  const units = c.length;
  const byColumns = new Float64Array(4 * units);
  const back = { hidden_state: new Float64Array(units), cell_state: new Float64Array(units) };
  for (let unit = 0; unit < units; unit++) {
    const shown = Math.tanh(c[unit]);
    const byH = slopes.hidden_state[unit];
    const byC = slopes.cell_state[unit] + byH * o[unit] * (1 - shown * shown);
    byColumns[unit] = byC * g[unit] * i[unit] * (1 - i[unit]);
    byColumns[units + unit] = byC * before.cell_state[unit] * f[unit] * (1 - f[unit]);
    byColumns[2 * units + unit] = byC * i[unit] * (1 - g[unit] * g[unit]);
    byColumns[3 * units + unit] = byH * shown * o[unit] * (1 - o[unit]);
    back.cell_state[unit] = byC * f[unit];
  }
  addProductTurned(back.hidden_state, byColumns, weights.recurrentKernel);
  return { byColumns, back };
}

/**
 * Advance a GRU by one word.
 *
 *     z = sigmoid(x W_z + h U_z)
 *     r = sigmoid(x W_r + h U_r)
 *     g = tanh(x W_g + r * (h U_g))
 *     h' = z * h + (1 - z) * g
 *
 * The biases are left out above; both products have one of their own. Cho et al. 2014, in the form that
 * Keras and cuDNN compute.
 * @type {Cell["step"]}
 */
export function gruStep(projected, before, now, weights, edit) {
  const { update_gate: z, reset_gate: r, candidate: g, hidden_state: h } = now;
  const units = h.length;
  const product = Float64Array.from(weights.recurrentBias ?? new Float32Array(3 * units));
  addProduct(product, before.hidden_state, weights.recurrentKernel);
  for (let unit = 0; unit < units; unit++) {
    z[unit] = sigmoid(projected[unit] + product[unit]);
    r[unit] = sigmoid(projected[units + unit] + product[units + unit]);
  }
  edit("update_gate", z);
  edit("reset_gate", r);
  for (let unit = 0; unit < units; unit++) {
    g[unit] = Math.tanh(projected[2 * units + unit] + r[unit] * product[2 * units + unit]);
  }
  edit("candidate", g);
  for (let unit = 0; unit < units; unit++) {
    h[unit] = z[unit] * before.hidden_state[unit] + (1 - z[unit]) * g[unit];
  }
  edit("hidden_state", h);
}

/**
 * Go back by one word.
 *
 *     z: dh' (h - g)      g: dh' (1 - z)      r: dg (h U_g + b_g)      h: dh' z, and through U
 *
 * @type {Cell["backward"]}
 */
export function gruBackward(now, before, slopes, weights) {
  const { update_gate: z, reset_gate: r, candidate: g } = now;
  const units = g.length;
  const product = Float64Array.from(weights.recurrentBias ?? new Float32Array(3 * units));
  addProduct(product, before.hidden_state, weights.recurrentKernel);
  const byColumns = new Float64Array(3 * units); // by x W + b
  const through = new Float64Array(3 * units); // by h U, where r stands before the candidate's
  const back = { hidden_state: new Float64Array(units) };
  for (let unit = 0; unit < units; unit++) {
    const byH = slopes.hidden_state[unit];
    const byG = byH * (1 - z[unit]) * (1 - g[unit] * g[unit]);
    byColumns[unit] = byH * (before.hidden_state[unit] - g[unit]) * z[unit] * (1 - z[unit]);
    byColumns[units + unit] = byG * product[2 * units + unit] * r[unit] * (1 - r[unit]);
    byColumns[2 * units + unit] = byG;
    through[unit] = byColumns[unit];
    through[units + unit] = byColumns[units + unit];
    through[2 * units + unit] = byG * r[unit];
    back.hidden_state[unit] = byH * z[unit];
  }
  addProductTurned(back.hidden_state, through, weights.recurrentKernel);
  return { byColumns, back };
}

/**
 * Advance a simple recurrent network by one word: h' = tanh(x W + b + h U). Elman 1990.
 * @type {Cell["step"]}
 */
export function rnnStep(projected, before, now, weights, edit) {
  const h = now.hidden_state;
  addProduct(projected, before.hidden_state, weights.recurrentKernel);
  for (let unit = 0; unit < h.length; unit++) h[unit] = Math.tanh(projected[unit]);
  edit("hidden_state", h);
}

/**
 * Go back by one word: the slope by what tanh was taken of is dh' (1 - h'^2).
 * @type {Cell["backward"]}
 */
export function rnnBackward(now, _, slopes, weights) {
  const h = now.hidden_state;
  const byColumns = slopes.hidden_state.map((slope, unit) => slope * (1 - h[unit] * h[unit]));
  const back = { hidden_state: new Float64Array(h.length) };
  addProductTurned(back.hidden_state, byColumns, weights.recurrentKernel);
  return { byColumns, back };
}

/** @type {Record<string, Cell>} */
export const CELLS = {
  lstm: {
    columns: 4,
    parts: ["input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state"],
    states: ["hidden_state", "cell_state"],
    step: lstmStep,
    backward: lstmBackward,
  },
  gru: {
    columns: 3,
    parts: ["update_gate", "reset_gate", "candidate", "hidden_state"],
    states: ["hidden_state"],
    step: gruStep,
    backward: gruBackward,
  },
  rnn: {
    columns: 1,
    parts: ["hidden_state"],
    states: ["hidden_state"],
    step: rnnStep,
    backward: rnnBackward,
  },
};

/**
 * Run a cell over words and keep every part of every word.
 * @param {Cell} cell
 * @param {Float32Array[]} inputs the words x, or the layer below's h
 * @param {LayerWeights} weights
 * @param {Parts} initial the states before the first word
 * @param {LayerParts} parts of the words read already, (words before); those of the others are added to it
 * @param {((word: number, part: string, values: Float32Array) => void) | null} [edit] called with each part of
 *   each word, words from 1, as soon as it is known; what it writes there is what the rest is computed from
 */
export function runCell(cell, inputs, weights, initial, parts, edit = null) {
  const units = initial.hidden_state.length;
  for (let t = parts.hidden_state.length; t < inputs.length; t++) {
    const before = t ? partsAt(parts, t - 1, cell.states) : initial;
    /** @type {Parts} */
    const now = {};
    for (const part of cell.parts) now[part] = new Float32Array(units);
    const projected = Float64Array.from(weights.bias);
    addProduct(projected, inputs[t], weights.kernel);
    cell.step(projected, before, now, weights, (part, values) => edit?.(t + 1, part, values));
    for (const part of cell.parts) parts[part].push(now[part]);
  }
}

/**
 * The slopes of a score by what a cell reads at each word, from those by its hidden states: backpropagation
 * through time, Werbos 1990.
 * @param {Cell} cell
 * @param {LayerParts} parts of every word, as `runCell` has made them
 * @param {LayerWeights} weights
 * @param {Parts} initial
 * @param {(Float64Array | null)[]} slopes by the hidden state of each word; null for 0
 * @returns {Float64Array[]}
 */
export function runBack(cell, parts, weights, initial, slopes) {
  const units = initial.hidden_state.length;
  /** @type {Slopes} */
  let back = {};
  for (const state of cell.states) back[state] = new Float64Array(units);
  const found = slopes.map(() => new Float64Array(weights.kernel.length / weights.bias.length));
  for (let t = slopes.length - 1; t >= 0; t--) {
    const before = t ? partsAt(parts, t - 1, cell.states) : initial;
    slopes[t]?.forEach((slope, unit) => (back.hidden_state[unit] += slope));
    const step = cell.backward(partsAt(parts, t, cell.parts), before, back, weights);
    back = step.back;
    addProductTurned(found[t], step.byColumns, weights.kernel);
  }
  return found;
}

/**
 * Some parts of one word, words from 0.
 * @param {LayerParts} parts
 * @param {number} t
 * @param {string[]} names
 * @returns {Parts}
 */
export function partsAt(parts, t, names) {
  return Object.fromEntries(names.map((name) => [name, parts[name][t]]));
}

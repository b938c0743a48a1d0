// What an LSTM's cell state is made of: how much of c at one word was written at which other word.
//
// An LSTM's memory is a sum. Unrolled, c_t = f_t c_{t-1} + i_t g_t says that c holds what every word wrote into
// it, times all the forget gates that it has met since. So the share of a word in the memory can be computed
// exactly. It says when content was written, not all that caused it: i, f and g depend on earlier words through
// h. Levy, Lee, FitzGerald & Zettlemoyer 2018; nlp_lstm/states/memory.py.

import { norm } from "./numbers.js";

/** @typedef {import("./cells.js").Parts} Parts */
/** @typedef {import("./cells.js").LayerParts} LayerParts */

const CLOSE = 1e-4; // how far the writes may be from c, of its largest value, before they are not its sum

/**
 * What every word wrote of the cell state at every word.
 *
 *     w[t, j] = f_t * w[t-1, j]  for j < t        w[t, t] = i_t * g_t
 *
 * @param {LayerParts} parts of an LSTM layer
 * @param {Parts} initial the states before its first word
 * @returns {Float32Array[][] | null} [t][j], rows t from 0: what of c at word t + 1 was written at word j; j = 0 is
 *   what is left of c before the first word, and the last j is the word itself. A row adds up to c. null if c is no
 *   such sum: of another cell, or if c itself was changed or is no number.
 */
export function writeDecomposition(parts, initial) {
  const { input_gate: i, forget_gate: f, candidate: g, cell_state: c } = parts;
  if (!c) return null;
  let gap = 0;
  let most = 1;
  /** @type {Float32Array[][]} */
  const writes = [];
  for (let t = 0; t < c.length; t++) {
    const before = t ? writes[t - 1] : [initial.cell_state];
    const row = before.map((written) => written.map((value, unit) => f[t][unit] * value));
    row.push(i[t].map((open, unit) => open * g[t][unit]));
    writes.push(row);
    for (let unit = 0; unit < c[t].length; unit++) {
      let sum = 0;
      for (const written of row) sum += written[unit];
      if (!Number.isFinite(sum)) return null;
      gap = Math.max(gap, Math.abs(sum - c[t][unit]));
      most = Math.max(most, Math.abs(c[t][unit]));
    }
  }
  return gap <= CLOSE * most ? writes : null;
}

/**
 * What each word wrote of one unit's c, with its sign; a row adds up to c.
 * @param {Float32Array[][]} writes as `writeDecomposition` gives them
 * @param {number} unit from 0
 * @returns {number[][]} [t][j], as there
 */
export function unitWrites(writes, unit) {
  return writes.map((row) => row.map((written) => written[unit]));
}

/**
 * Each word's share of the memory by size: the norm of what it wrote over the sum of these.
 * @param {Float32Array[][]} writes as `writeDecomposition` gives them
 * @returns {number[][]} [t][j], as there; a row adds up to 1, or is NaN if nothing is in the memory
 */
export function memoryShares(writes) {
  return writes.map((row) => {
    const sizes = row.map(norm);
    const sum = sizes.reduce((all, size) => all + size, 0);
    return sizes.map((size) => size / sum);
  });
}

/**
 * How many words ago the memory was written, the mean weighted by size.
 * @param {number[][]} amounts of `unitWrites` or `memoryShares`; what was there before the first word counts as
 *   written one word before it
 * @returns {number[]} in words, one per word: 0 where all is of the word itself; NaN where nothing is in it
 */
export function memoryAge(amounts) {
  return amounts.map((row) => {
    let sum = 0;
    let all = 0;
    row.forEach((amount, j) => {
      sum += Math.abs(amount) * (row.length - 1 - j);
      all += Math.abs(amount);
    });
    return sum / all;
  });
}

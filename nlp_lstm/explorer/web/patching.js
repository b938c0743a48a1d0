// Two texts -> how much of the difference in what a model says moves with one state: causal patching.
//
// A text is read again and again; each time one part of one layer takes, at one word, the values that it has in
// another text, the donor, and the reading goes on from there. If the answer becomes the donor's, what made the
// difference was kept in that part at that word. Vig et al. 2020; nlp_lstm/states/patching.py.

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Reading} Reading */

/**
 * Where the donor's values are put.
 * @typedef {object} Place
 * @property {number} layer from 1
 * @property {string} part
 * @property {number} word from 1
 * @property {number | null} [unit] from 0; null for all
 */

/**
 * Scores, the logit of the first output less that of the second after the last word.
 * @typedef {object} Patched
 * @property {number} before of the text
 * @property {number} donor of the donor
 * @property {Float64Array} after with the donor's values at each place; NaN where it was not reached
 * @property {Float64Array} shares of the difference that move: 0 if the answer stays, 1 if it becomes the donor's;
 *   NaN if both score alike
 */

/** @typedef {[ids: number[], donorIds: number[], outputs: [number, number], places: Place[],
 *   onProgress?: (done: number, patched: Patched) => boolean | void]} PatchGiven */

const LEAST_APART = 1e-3; // difference of two scores, in logits, of which a share can be told
export const SLICE = 12; // milliseconds before the page gets its turn

/**
 * Every part of every layer at some words, layer by layer, part by part, word by word.
 * @param {Network} network
 * @param {number[]} words from 1
 * @returns {Place[]}
 */
export function allPlaces(network, words) {
  return network.weights.flatMap((_, index) =>
    network.cell.parts.flatMap((part) => words.map((word) => ({ layer: index + 1, part, word }))),
  );
}

/**
 * Read a text with the values of a donor at each of some places, one place at a time.
 *
 * The page is not frozen: every few milliseconds it gets its turn, and `onProgress` is told how many places are
 * done, and the scores so far. If it returns false, the work stops.
 * @param {Network} network
 * @param {PatchGiven} given both texts have as many words
 * @returns {Promise<Patched>}
 */
export async function patchWords(network, ...[ids, donorIds, [first, second], places, onProgress]) {
  if (ids.length !== donorIds.length) throw new RangeError("a text and its donor must be equally long");
  const text = network.read(ids);
  const donor = network.read(donorIds);
  /** @param {Reading} reading */
  const score = (reading) => scoreOf(network, reading.layers[reading.layers.length - 1].hidden_state, first, second);
  /** @type {Patched} */
  const found = {
    before: score(text),
    donor: score(donor),
    after: new Float64Array(places.length).fill(NaN),
    shares: new Float64Array(places.length).fill(NaN),
  };
  const apart = found.donor - found.before;
  let began = performance.now();
  for (const [number, { layer, part, word, unit = null }] of places.entries()) {
    const value = donor.layers[layer - 1][part][word - 1];
    const patched = network.read(ids, { edits: [{ layer, part, word, unit, value }], from: text });
    found.after[number] = score(patched);
    if (Math.abs(apart) >= LEAST_APART) found.shares[number] = (found.after[number] - found.before) / apart;
    if (performance.now() - began < SLICE) continue;
    if (onProgress?.(number + 1, found) === false) return found;
    await nextTurn();
    began = performance.now();
  }
  onProgress?.(places.length, found);
  return found;
}

/**
 * The logit of an output, less that of another one if there is one, after the last word.
 * @param {Network} network
 * @param {Float32Array[]} hidden states of the last layer
 * @param {number} output
 * @param {number | null} against
 */
export function scoreOf(network, hidden, output, against) {
  const last = hidden[hidden.length - 1];
  const slope = outputSlope(network, output, against);
  const bias = network.outputBias[output] - (against === null ? 0 : network.outputBias[against]);
  return last.reduce((sum, value, unit) => sum + value * slope[unit], bias);
}

/**
 * What the last hidden state is multiplied by to give the score: the output's column of the output layer.
 * @param {Network} network
 * @param {number} output
 * @param {number | null} against
 */
export function outputSlope(network, output, against) {
  const { units, outputs } = network.run;
  const kernel = network.outputKernel ?? network.embeddings;
  /** @param {number} unit @param {number} chosen */
  const at = (unit, chosen) => kernel[network.outputKernel ? unit * outputs + chosen : chosen * units + unit];
  return Float64Array.from({ length: units }, (_, unit) => {
    return at(unit, output) - (against === null ? 0 : at(unit, against));
  });
}

/** Let the page draw and listen. @returns {Promise<void>} */
export function nextTurn() {
  return new Promise((resume) => setTimeout(resume));
}

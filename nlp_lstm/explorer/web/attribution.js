// A text and an output -> how much each word speaks for it: integrated gradients.
//
// The embedded words are brought in little by little, all at once, from words that say nothing, [PAD]. What the
// score gains on the way is shared out among the words by the slopes of the score, and all shares add up to what
// it gained. Sundararajan, Taly & Yan 2017; against another output: Yin & Neubig 2022. The integral is that of
// Gauss and Legendre. nlp_lstm/states/attribution.py.

import { SLICE, nextTurn, outputSlope, scoreOf } from "./patching.js";

/** @typedef {import("./network.js").Network} Network */

/**
 * @typedef {object} Attribution
 * @property {Float64Array} words what each word adds to the score, in logits
 * @property {number} score of the text
 * @property {number} nothing of as many words that say nothing
 * @property {number} error how far the words' sum is from what the score gained
 * @property {number} points between nothing and the text, at which the slopes were taken
 */

/** @typedef {[ids: number[], output: number, against?: number | null,
 *   options?: {points?: number[], enough?: number, stopped?: () => boolean}]} AttributeGiven */

const POINTS = [8, 32, 64, 128, 256]; // more where fewer are not enough
const SURE = 50; // points with which a sum that fits is taken as it is, as the library does
const ENOUGH = 0.01; // difference of the sum from what the score gained, in logits

/**
 * How much each word of a text speaks for an output after the last one.
 * @param {Network} network
 * @param {AttributeGiven} given `against`: an output whose logit is taken off the score; null for none.
 *   `stopped` is asked every few milliseconds whether to give up
 * @returns {Promise<Attribution>}
 */
export async function attributeWords(network, ...[ids, output, against = null, options = {}]) {
  const { points = POINTS, enough = ENOUGH, stopped = () => false } = options;
  const words = ids.map((id) => network.embed(id));
  const nothing = network.embed(0);
  /** @param {number} share of the words that is brought in */
  const readShare = (share) => {
    const layers = network.readEmbedded(words.map((word) => word.map((value, j) => nothing[j] + share * (value - nothing[j]))));
    return { layers, hidden: layers[layers.length - 1].hidden_state };
  };
  /** @type {Attribution} */
  const found = {
    words: new Float64Array(ids.length),
    score: scoreOf(network, readShare(1).hidden, output, against),
    nothing: scoreOf(network, readShare(0).hidden, output, against),
    error: Infinity,
    points: 0,
  };
  const slope = outputSlope(network, output, against);
  const slopes = ids.map((_, t) => (t === ids.length - 1 ? slope : null));
  let began = performance.now();
  /** @type {Float64Array | null} */
  let before = null;
  for (const count of points) {
    const adds = new Float64Array(ids.length);
    for (const { place, weight } of legendre(count)) {
      const by = network.readBack(readShare(place).layers, slopes);
      by.forEach((row, t) => {
        const gains = row.reduce((sum, value, j) => sum + value * (words[t][j] - nothing[j]), 0);
        adds[t] += weight * gains;
      });
      if (performance.now() - began < SLICE) continue;
      await nextTurn();
      if (stopped()) return found;
      began = performance.now();
    }
    const sum = adds.reduce((all, value) => all + value, 0);
    Object.assign(found, { words: adds, points: count, error: Math.abs(sum - (found.score - found.nothing)) });
    const earlier = before;
    const same = earlier !== null && adds.every((value, t) => Math.abs(value - earlier[t]) <= enough);
    if (found.error <= enough && (same || points[0] >= SURE)) break; // with few points it may fit by chance
    before = adds;
  }
  return found;
}

/**
 * Points between 0 and 1 and their weights, so that a weighted sum is an integral: Gauss and Legendre. The
 * points are the roots of a Legendre polynomial, found by Newton's steps.
 * @param {number} count
 * @returns {{place: number, weight: number}[]}
 */
export function legendre(count) {
  return Array.from({ length: count }, (_, number) => {
    let x = -Math.cos((Math.PI * (number + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 8; step++) {
      let [before, now] = [1, x];
      for (let n = 2; n <= count; n++) [before, now] = [now, ((2 * n - 1) * x * now - (n - 1) * before) / n];
      slope = (count * (x * now - before)) / (x * x - 1);
      x -= now / slope;
    }
    return { place: (x + 1) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
  });
}

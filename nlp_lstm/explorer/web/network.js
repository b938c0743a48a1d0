// The model: word ids -> embedding -> stacked cells -> output layer, as nlp_lstm/models/network.py has it.
//
// A word's states depend on the words up to it and on nothing behind it. So what has been read of a text is
// kept, and a text that begins alike is read from the first word on that differs, layer by layer.

import { CELLS, partsAt, runBack, runCell } from "./cells.js";
import { addProduct, addProductTurned, decodeWeight, softmax } from "./numbers.js";
import { readingKeys, writeEdit } from "./edits.js";
import { attributeWords } from "./attribution.js";
import { patchWords } from "./patching.js";
import { sumTerms } from "./terms.js";

/** @typedef {import("./cells.js").Parts} Parts */
/** @typedef {import("./cells.js").LayerParts} LayerParts */
/** @typedef {import("./cells.js").LayerWeights} LayerWeights */
/** @typedef {import("./numbers.js").WeightEntry} WeightEntry */
/** @typedef {import("./edits.js").Edit} Edit */

/**
 * A run as it stands in the page.
 * @typedef {object} Run
 * @property {string} name
 * @property {"labels" | "words"} predicts
 * @property {string} cell "lstm", "gru" or "rnn"
 * @property {number} layers
 * @property {number} units
 * @property {number} embedding_dim
 * @property {boolean} tie_weights
 * @property {string[]} labels
 * @property {number} outputs
 * @property {string[]} words all of the vocabulary that the page keeps, in order of id
 * @property {number} all_words how many words the run itself has
 * @property {boolean} found whether commands find the run by its name
 * @property {{lowercase: boolean, starts_with_eos: boolean, ends_with_stop: boolean, tokenized: boolean | null}} reading
 * @property {boolean} links
 * @property {boolean} straight_apostrophes
 * @property {Record<string, WeightEntry>} weights
 */

/**
 * A text that was read. Nothing in it may be changed: readings share what they have in common.
 * @typedef {object} Reading
 * @property {number[]} ids
 * @property {Edit[]} edits
 * @property {Float32Array[]} inputs the embedded words
 * @property {LayerParts[]} layers per layer: part -> its values at each word
 * @property {Parts[]} initial per layer: state -> its values before the first word
 * @property {string[][]} keys per layer and word: what is read there, for finding what is alike
 */

const END_OF_SENTENCE = 2; // the id of <eos>
const READINGS_KEPT = 6;

export class Network {
  /** @param {Run} run */
  constructor(run) {
    this.run = run;
    this.cell = CELLS[run.cell];
    /** @param {string} name */
    const weight = (name) => decodeWeight(run.weights[name]);
    this.embeddings = weight("embedding/embeddings");
    /** @type {LayerWeights[]} */
    this.weights = [];
    for (let layer = 1; layer <= run.layers; layer++) {
      const bias = weight(`layer_${layer}/bias`);
      const columns = this.cell.columns * run.units; // a GRU has two biases, one behind the other
      this.weights.push({
        kernel: weight(`layer_${layer}/kernel`),
        recurrentKernel: weight(`layer_${layer}/recurrent_kernel`),
        bias: bias.subarray(0, columns),
        recurrentBias: bias.length > columns ? bias.subarray(columns) : null,
      });
    }
    this.outputKernel = run.tie_weights ? null : weight("output/kernel"); // null: the embedding's, turned
    this.outputBias = weight("output/bias");
    /** @type {Reading[]} the newest first */
    this.kept = [];
    /** @type {WeakMap<Float32Array, Float32Array>} hidden state -> what is said after it */
    this.said = new WeakMap();
    this.initial = this.initialStates();
  }

  /**
   * The states that a text begins with: zeros, or those after <eos>, where each line was read after it in
   * training.
   * @returns {Parts[]}
   */
  initialStates() {
    const zeros = this.weights.map(() => {
      const states = this.cell.states.map((state) => [state, new Float32Array(this.run.units)]);
      return /** @type {Parts} */ (Object.fromEntries(states));
    });
    if (!this.run.reading.starts_with_eos) return zeros;
    const layers = this.readEmbedded([this.embed(END_OF_SENTENCE)], zeros);
    return layers.map((parts) => partsAt(parts, 0, this.cell.states));
  }

  /**
   * A word as a vector: its row of the embedding.
   * @param {number} id
   */
  embed(id) {
    const width = this.run.embedding_dim;
    return this.embeddings.subarray(id * width, (id + 1) * width);
  }

  /**
   * Read a text.
   * @param {number[]} ids
   * @param {{edits?: Edit[], from?: Reading}} [options] `from`: a reading to go on from, as far as it is alike;
   *   without it, what has been read before, and the new reading is kept, too
   * @returns {Reading}
   */
  read(ids, { edits = [], from } = {}) {
    const inputs = ids.map((id) => this.embed(id));
    const keys = readingKeys(ids, edits, this.weights.length);
    const known = from ? [from] : this.kept;
    /** @type {LayerParts[]} */
    const layers = [];
    let below = inputs;
    this.weights.forEach((weights, index) => {
      const made = edits.filter(({ layer }) => layer === null || layer === index + 1);
      /** @param {number} word @param {string} part @param {Float32Array} values */
      const edit = (word, part, values) => made.forEach((one) => writeEdit(one, word, part, values));
      const parts = this.readAlready(keys[index], index, known);
      runCell(this.cell, below, weights, this.initial[index], parts, made.length ? edit : null);
      layers.push(parts);
      below = parts.hidden_state;
    });
    const reading = { ids, edits, inputs, layers, initial: this.initial, keys };
    if (!from) this.kept = [reading, ...this.kept.slice(0, READINGS_KEPT - 1)];
    return reading;
  }

  /**
   * Read embedded words, keeping nothing.
   * @param {Float32Array[]} below
   * @param {Parts[]} [initial]
   */
  readEmbedded(below, initial = this.initial) {
    return this.weights.map((weights, index) => {
      const parts = this.noWords();
      runCell(this.cell, below, weights, initial[index], parts);
      below = parts.hidden_state;
      return parts;
    });
  }

  /**
   * The slopes of a score by the embedded words, from those by the last layer's hidden states.
   * @param {LayerParts[]} layers as `readEmbedded` has made them
   * @param {(Float64Array | null)[]} slopes by the hidden state of each word; null for 0
   */
  readBack(layers, slopes) {
    for (let index = layers.length - 1; index >= 0; index--) {
      slopes = runBack(this.cell, layers[index], this.weights[index], this.initial[index], slopes);
    }
    return /** @type {Float64Array[]} */ (slopes);
  }

  /**
   * The output layer's sums before the softmax.
   * @param {Float32Array} hidden the last layer's hidden state
   * @returns {Float32Array} (outputs)
   */
  logits(hidden) {
    const sums = Float64Array.from(this.outputBias);
    if (this.outputKernel) addProduct(sums, hidden, this.outputKernel);
    else addProductTurned(sums, Float64Array.from(hidden), this.embeddings);
    return Float32Array.from(sums);
  }

  /**
   * What the model says after a word, as probabilities.
   * @param {Float32Array} hidden the last layer's hidden state
   * @returns {Float32Array} (outputs)
   */
  says(hidden) {
    const known = this.said.get(hidden);
    if (known) return known;
    const found = softmax(this.logits(hidden));
    this.said.set(hidden, found);
    return found;
  }

  /** See patching.js. @type {(...given: import("./patching.js").PatchGiven) => Promise<import("./patching.js").Patched>} */
  patch(...given) {
    return patchWords(this, ...given);
  }

  /** See attribution.js. @type {(...given: import("./attribution.js").AttributeGiven) => Promise<import("./attribution.js").Attribution>} */
  attribute(...given) {
    return attributeWords(this, ...given);
  }

  /** See terms.js. @type {(...given: import("./terms.js").TermsGiven) => import("./terms.js").Term[]} */
  terms(...given) {
    return sumTerms(this, ...given);
  }

  /**
   * The parts of the first words of a layer, as far as a known reading has them.
   * @param {string[]} keys of the layer
   * @param {number} index of the layer, from 0
   * @param {Reading[]} known
   * @returns {LayerParts}
   */
  readAlready(keys, index, known) {
    const found = this.noWords();
    for (const reading of known) {
      const others = reading.keys[index];
      let alike = 0;
      while (alike < keys.length && keys[alike] === others[alike]) alike++;
      if (alike <= found.hidden_state.length) continue;
      for (const part of this.cell.parts) found[part] = reading.layers[index][part].slice(0, alike);
    }
    return found;
  }

  /** @returns {LayerParts} */
  noWords() {
    return Object.fromEntries(this.cell.parts.map((part) => [part, []]));
  }
}

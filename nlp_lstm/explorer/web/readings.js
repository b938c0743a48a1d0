/**
 * What the models make of the text: a state of the page -> a view, which the panels show.
 *
 * Each model reads the text as it stands (`before`), and with what the reader has changed (`after`): knobs of
 * the run in focus, a word left out or swapped. Without changes both are one reading.
 */

import { likeliest, nameWords } from "./answers.js";
import { Network } from "./network.js";
import { LONGEST_TEXT, MOST_WORDS } from "./state.js";
import { Vocabulary } from "./words.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./network.js").Reading} Reading */
/** @typedef {import("./words.js").Sentence} Sentence */

const MOST_ANSWERS = 12;

/** A run that is ready to read. */
export class Model {
  /** @param {any} run its JSON */
  constructor(run) {
    this.run = run;
    this.network = new Network(run);
    this.vocabulary = new Vocabulary(run);
    this.tags = run.predicts === "labels";
    /** What it is called in a sentence. */
    this.title = this.tags ? "the tagger" : "the predictor";
    /** What each output stands for. @type {string[]} */
    this.names = this.tags ? run.labels : run.words;
    /** @type {WeakMap<Float32Array, Float32Array>} */
    this.said = new WeakMap();
    /** @type {WeakMap<Float32Array, import("./answers.js").Answer[]>} */
    this.best = new WeakMap();
  }

  /**
   * Probabilities of what the model says, from the last layer's hidden state.
   * @param {Float32Array} hidden
   */
  says(hidden) {
    let found = this.said.get(hidden);
    if (!found) {
      found = nameWords(!this.tags, this.network.says(hidden));
      this.said.set(hidden, found);
    }
    return found;
  }

  /**
   * The likeliest answers, the most likely first; never more than `MOST_ANSWERS`.
   * @param {Float32Array} shares as `says` returns them
   */
  answers(shares) {
    let found = this.best.get(shares);
    if (!found) {
      found = likeliest(this.names, shares, MOST_ANSWERS);
      this.best.set(shares, found);
    }
    return found;
  }
}

/**
 * What one model makes of the text; words are numbered from 1 as they stand in `sentence`.
 * @typedef {object} RunReading
 * @property {number} index place of the run, from 0
 * @property {Model} model
 * @property {any} run its JSON
 * @property {Network} network
 * @property {Sentence} sentence the text as it stands
 * @property {Reading} before
 * @property {Sentence} changed the text without or with a swapped word; else `sentence`
 * @property {Reading} after with the changes
 * @property {boolean} isChanged
 * @property {(word: number) => number|null} place number of a word of `sentence` in `changed`; null if left out
 * @property {(word: number) => Float32Array|null} says after this word, with the changes; null if left out
 * @property {(word: number) => Float32Array} saidBefore the same without the changes
 * @property {(word: number, most?: number) => import("./answers.js").Answer[]} answers likeliest
 */

/**
 * @typedef {object} View
 * @property {State} state
 * @property {RunReading[]} readings one per run; empty if the text has no words
 * @property {RunReading} focus of the run in focus
 * @property {number} layer its chosen layer, from 1
 * @property {number} unit its chosen unit, from 0
 * @property {number} word the chosen word, from 1, of `focus.sentence`
 * @property {number[]} order the units as they stand in rows, from above
 * @property {boolean} empty whether the text has no words; what is read then is "the"
 * @property {boolean} cut whether the text was longer than the page takes
 */

const NO_TEXT = "the";

/**
 * @param {Model[]} models
 * @param {State} state
 * @returns {View}
 */
export function readText(models, state) {
  const readings = models.map((model, index) => readOne(model, index, state));
  const focus = readings[Math.min(state.run, readings.length - 1)];
  const { run, sentence } = focus;
  const layer = state.layer >= 1 && state.layer <= run.layers ? state.layer : run.layers;
  const word = state.word ? Math.min(state.word, sentence.words.length) : sentence.words.length;
  const chosen = state.unit !== null && state.unit < run.units ? state.unit : null;
  const unit = chosen ?? mostChanged(focus, layer, word, 1)[0].unit;
  const typed = models[focus.index].vocabulary.encode(state.text, { asTyped: true }).words.length;
  const cut = typed > MOST_WORDS || state.text.length >= LONGEST_TEXT;
  const order = orderUnits(focus, layer, state.order === "value");
  return { state, readings, focus, layer, unit, word, order, empty: typed === 0, cut };
}

/**
 * @param {Model} model
 * @param {number} index
 * @param {State} state
 * @returns {RunReading}
 */
function readOne(model, index, state) {
  const { run, network } = model;
  const sentence = encodeBounded(model, state.text);
  const changed = changeWords(model, sentence, state);
  const edits = index === state.run ? state.knobs : [];
  const before = network.read(sentence.ids, {});
  const isChanged = changed !== sentence || edits.length > 0;
  const after = isChanged ? network.read(changed.ids, { edits }) : before;
  const dropped = changed.words.length < sentence.words.length ? state.without : 0;
  /** @param {number} word */
  const place = (word) => (!dropped || word < dropped ? word : word === dropped ? null : word - 1);
  /** @param {Reading} reading @param {number} word */
  const hiddenAt = (reading, word) => reading.layers[run.layers - 1].hidden_state[word - 1];
  /** @param {number} word */
  const says = (word) => {
    const at = place(word);
    return at === null ? null : model.says(hiddenAt(after, at));
  };
  return {
    index,
    model,
    run,
    network,
    sentence,
    before,
    changed,
    after,
    isChanged,
    place,
    says,
    saidBefore: (word) => model.says(hiddenAt(before, word)),
    answers: (word, most = 1) => model.answers(says(word) ?? model.says(hiddenAt(before, word))).slice(0, most),
  };
}

/**
 * The first words of a text, as many as the page takes.
 * @param {Model} model
 * @param {string} text
 * @returns {Sentence}
 */
function encodeBounded(model, text) {
  const typed = model.vocabulary.encode(text, { asTyped: true });
  if (typed.words.length === 0) return model.vocabulary.encode(NO_TEXT, { asTyped: true });
  const whole = typed.words.length > MOST_WORDS ? text.slice(0, typed.ends[MOST_WORDS - 1]) : text;
  return model.vocabulary.encode(whole, { asTyped: false });
}

/**
 * The sentence without a word, or with another one in its place; itself if the state asks for neither.
 * @param {Model} model
 * @param {Sentence} sentence
 * @param {State} state
 * @returns {Sentence}
 */
function changeWords(model, sentence, state) {
  const typed = sentence.words.length - (sentence.hasEnd ? 1 : 0);
  if (state.without && state.without <= typed && typed > 1 && state.without < sentence.words.length) { // else no later word could change
    /** @template T @param {T[]} values */
    const left = (values) => values.filter((_, place) => place !== state.without - 1);
    return { ...sentence, words: left(sentence.words), ids: left(sentence.ids), unknown: left(sentence.unknown) };
  }
  const others = state.swap && state.swap <= typed ? model.vocabulary.encode(state.swapWord, { asTyped: true }).words : [];
  if (others.length === 1) {
    const id = model.vocabulary.id(state.swapWord);
    const at = state.swap - 1;
    return {
      ...sentence,
      words: sentence.words.with(at, state.swapWord),
      ids: sentence.ids.with(at, id),
      unknown: sentence.unknown.with(at, id === 1),
    };
  }
  return sentence;
}

/**
 * The units whose state moved most at a word, the most first: of c where the cell has one, else of h.
 * @param {RunReading} reading
 * @param {number} layer from 1
 * @param {number} word from 1, of the sentence as it stands
 * @param {number} most how many
 * @returns {{unit: number, from: number, to: number}[]}
 */
export function mostChanged(reading, layer, word, most) {
  const at = reading.place(word) ?? Math.max(word - 1, 1);
  const parts = reading.after.layers[layer - 1];
  const state = "cell_state" in parts ? "cell_state" : "hidden_state";
  const now = parts[state][at - 1];
  const before = at > 1 ? parts[state][at - 2] : reading.after.initial[layer - 1][state];
  const moves = Array.from(now, (to, unit) => ({ unit, from: before ? before[unit] : 0, to }));
  return moves.sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from)).slice(0, most);
}

/**
 * Units in the order of what they hold at the end of the text as it stands, the largest first; or by number.
 * @param {RunReading} reading
 * @param {number} layer from 1
 * @param {boolean} byValue
 * @returns {number[]}
 */
function orderUnits({ before, run }, layer, byValue) {
  const units = Array.from({ length: run.units }, (_, unit) => unit);
  const parts = before.layers[layer - 1];
  const [last] = (parts.cell_state ?? parts.hidden_state).slice(-1);
  return byValue ? units.sort((a, b) => last[b] - last[a] || a - b) : units;
}

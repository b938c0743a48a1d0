/**
 * Answers: which outputs of a model are named as what it says, as `nlp_lstm/text/answers.py` has it.
 *
 * A next word is never padding, nor the unknown word: it stands for all words outside the vocabulary.
 */

import { largest } from "./numbers.js";

/** @typedef {{name: string, share: number, index: number}} Answer what is said, its probability and its output */

const NEVER_NAMED = 2; // the first ids: padding and the unknown word

/**
 * The probabilities of what may be named, which sum to 1; 0 for the rest.
 * @param {boolean} words whether the outputs are words
 * @param {Float32Array} outputs probabilities of a model
 * @returns {Float32Array}
 */
export function nameWords(words, outputs) {
  if (!words) return outputs;
  const named = outputs.slice();
  named.fill(0, 0, NEVER_NAMED);
  let whole = 0;
  for (const value of named) whole += value;
  if (whole > 0) for (let index = 0; index < named.length; index++) named[index] /= whole;
  return named;
}

/**
 * The likeliest answers, the most likely first.
 * @param {readonly string[]} names what each output stands for
 * @param {Float32Array} named as `nameWords` returns them
 * @param {number} most how many
 * @returns {Answer[]}
 */
export function likeliest(names, named, most) {
  return largest(named, Math.min(most, named.length))
    .filter((index) => named[index] > 0)
    .map((index) => ({ name: names[index], share: named[index], index }));
}

/**
 * What a tagger says as one number, from -1 (the first label) to 1 (the last), if its labels have an order
 * from negative to positive; else null.
 * @param {readonly string[]} labels
 * @param {Float32Array} shares
 * @returns {number|null}
 */
export function leaning(labels, shares) {
  const first = labels[0] ?? "";
  const last = labels[labels.length - 1] ?? "";
  if (labels.length < 2 || !first.includes("negative") || !last.includes("positive")) return null;
  let sum = 0;
  for (let place = 0; place < labels.length; place++) sum += shares[place] * ((2 * place) / (labels.length - 1) - 1);
  return sum;
}

/** What an output is called in a sentence. @param {string} name */
export function spoken(name) {
  if (name === "<eos>") return "the end";
  return /[\p{L}\p{N}]/u.test(name) ? name : `\u201c${name}\u201d`;
}

// Two sentences of as many words, A and B, and the outputs by which they are told apart.

import { chooseOutputs } from "./outputs.js";

/** @typedef {import("./readings.js").View} View */
/** @typedef {import("./words.js").Sentence} Sentence */

const MOST_COMPARED = 16; // words
/** A, B, and what a predictor is asked for. @type {[string, string, string, string][]} */
export const PAIRS = [
  ["the film was very funny", "the film was not funny", "", ""],
  ["the film is good but too long", "the film is good but not long", "", ""],
  ["nobody liked this good film", "everybody liked this good film", "", ""],
  ["the boy near the trees", "the boys near the trees", "were", "was"],
  ["the dog that the girls saw", "the dogs that the girls saw", "were", "was"],
  ["the boy said that", "the girl said that", "she", "he"],
];

/**
 * @typedef {Object} Two both sentences as the run in focus reads them
 * @property {Sentence} a
 * @property {Sentence} b
 * @property {import("./outputs.js").Score} score
 * @property {string} key names all of it
 */

/**
 * Both sentences, or why they cannot be compared.
 * @param {View} view
 * @returns {Two | string}
 */
export function readTwo({ focus, state }) {
  if (!state.other.trim()) return "Write a second sentence B, or choose a pair: you will see which states carry the difference.";
  const a = focus.sentence, b = focus.model.vocabulary.encode(state.other, { asTyped: false });
  if (a.words.length !== b.words.length) return `A has ${a.words.length} words and B ${b.words.length}: give B as many words as A.`;
  if (a.words.length > MOST_COMPARED) return `A has ${a.words.length} words: this panel takes up to ${MOST_COMPARED}.`;
  if (a.ids.every((id, at) => id === b.ids[at])) return `To ${focus.model.title}, A and B are the same words: change a word of B.`;
  const hidden = (/** @type {Sentence} */ one) => focus.network.read(one.ids, {}).layers[focus.run.layers - 1].hidden_state;
  const last = a.words.length - 1;
  const score = chooseOutputs(state, focus.model, focus.model.says(hidden(b)[last]), focus.model.says(hidden(a)[last]));
  return { a, b, score, key: `${focus.index} ${a.ids} ${b.ids} ${score.towards} ${score.against}` };
}

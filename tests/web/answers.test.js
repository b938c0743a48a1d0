// Answers: what may be named, and which way a tagger leans.
import assert from "node:assert/strict";
import { test } from "node:test";
import { leaning, likeliest, nameWords, spoken } from "../../nlp_lstm/explorer/web/answers.js";

const SHARES = Float32Array.from([0, 0.5, 0.25, 0.25]);

test("padding and the unknown word are never named, and the rest sums to 1", () => {
  assert.deepEqual([...nameWords(true, SHARES)], [0, 0, 0.5, 0.5]);
  assert.deepEqual([...SHARES], [0, 0.5, 0.25, 0.25], "what was given stays");
  assert.deepEqual([...nameWords(false, SHARES)], [0, 0.5, 0.25, 0.25]);
});

test("the likeliest come first, and none that cannot be", () => {
  const found = likeliest(["[PAD]", "<unk>", "<eos>", "sky"], nameWords(true, Float32Array.from([0, 0.5, 0.2, 0.3])), 9);
  assert.deepEqual(found.map(({ name }) => name), ["sky", "<eos>"]);
  assert.ok(Math.abs(found[0].share - 0.6) < 1e-6);
});

test("a tagger leans from -1 to 1 where its labels have an order", () => {
  const labels = ["very negative", "negative", "neutral", "positive", "very positive"];
  const all = (/** @type {number} */ place) => Float32Array.from(labels, (_, at) => Number(at === place));
  assert.deepEqual(labels.map((_, place) => leaning(labels, all(place))), [-1, -0.5, 0, 0.5, 1]);
  assert.equal(leaning(["noun", "verb"], Float32Array.from([1, 0])), null);
});

test("signs are quoted in a sentence, and words are not", () => {
  assert.deepEqual(["sky", ",", "<eos>", "n't", "…"].map(spoken), ["sky", "“,”", "the end", "n't", "“…”"]);
});

// What the panels compute of the engine's numbers before they draw: sums that add up, answers that move, outputs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareAnswers } from "../../nlp_lstm/explorer/web/changes.js";
import { chooseOutputs } from "../../nlp_lstm/explorer/web/outputs.js";
import { figure, percent } from "../../nlp_lstm/explorer/web/shapes.js";
import { termRows } from "../../nlp_lstm/explorer/web/sums.js";

test("each bar of a sum begins where the one above ends, and the last is what all terms come to", () => {
  const terms = [2, -1.5, 1, 0.5, -0.25, 0.125, 0.0625].map((value, at) => ({ name: `term ${at}`, value }));
  const rows = termRows(terms, 5);
  assert.deepEqual(rows.map(({ name }) => name), ["term 0", "term 1", "term 2", "term 3", "term 4", "2 others", "the sum"]);
  rows.slice(1, -1).forEach(({ from }, at) => assert.equal(from, rows[at].to));
  assert.equal(rows[5].to, 1.9375);
  assert.deepEqual([rows[6].from, rows[6].to], [0, 1.9375]);
});

test("a number has a true minus, no negative zero, and says when it is none", () => {
  assert.deepEqual([-0.126, -0.001, 1234.5, 1e6, NaN, -Infinity].map((value) => figure(value)), ["−0.13", "0.00", "1235", "1.0e6", "not a number", "not a number"]);
  assert.deepEqual([0.5, 0.004, 0.0001, 0, NaN].map((share) => percent(share).replaceAll("\u00a0", " ")), ["50 %", "0.4 %", "< 0.1 %", "0 %", "–"]);
});

/** A reading of two outputs, of which the first word is the same and the second changes. */
function reading(after, hidden = 0) {
  const before = [Float32Array.of(0.75, 0.25), Float32Array.of(0.75, 0.25)];
  const says = [before[0], after];
  return {
    model: { title: "the tagger", names: ["negative", "positive"], tags: true },
    sentence: { words: ["not", "bad"] },
    changed: { words: ["not", "bad"] },
    place: (word) => word,
    after: { layers: [{ hidden_state: [Float32Array.of(hidden)] }] },
    says: (word) => says[word - 1],
    saidBefore: (word) => before[word - 1],
  };
}

test("how far an answer moves is what goes from one output to others", () => {
  const { moves, finite } = compareAnswers(reading(Float32Array.of(0.25, 0.75)));
  assert.deepEqual(moves.map(({ word, moved, other }) => [word, moved, other]), [["not", 0, false], ["bad", 0.5, true]]);
  assert.ok(finite);
});

test("numbers that are none are found, in the answer and in the states", () => {
  assert.ok(!compareAnswers(reading(Float32Array.of(NaN, NaN))).finite);
  assert.ok(!compareAnswers(reading(Float32Array.of(0.5, 0.5), Infinity)).finite);
});

/** The names of what a score goes towards and against, of a tagger with a scale of sentiments unless `tags` is false. */
function namesOf(names, said, other = said, tags = true) {
  const state = { towards: "", against: "" };
  const { towards, against } = chooseOutputs(state, { tags, names }, Float32Array.from(said), Float32Array.from(other));
  return [names[towards], names[against]];
}

test("the usual score of a tagger is against the likeliest label of the opposite side, that of others against the runner-up", () => {
  const labels = ["very negative", "negative", "neutral", "positive", "very positive"];
  assert.deepEqual(namesOf(labels, [0.01, 0.04, 0.2, 0.45, 0.3]), ["positive", "negative"]);
  assert.deepEqual(namesOf(labels, [0.05, 0.04, 0.1, 0.31, 0.5]), ["very positive", "very negative"]);
  assert.deepEqual(namesOf(labels, [0.4, 0.5, 0.05, 0.02, 0.03]), ["negative", "very positive"]);
  assert.deepEqual(namesOf(labels, [0.01, 0.9, 0.03, 0.03, 0.03], [0.5, 0.2, 0.1, 0.05, 0.15]), ["negative", "very positive"]);
  assert.deepEqual(namesOf(labels, [0.1, 0.1, 0.5, 0.2, 0.1]), ["neutral", "positive"]); // it is on no side
  assert.deepEqual(namesOf(["sad", "angry", "glad"], [0.1, 0.4, 0.5]), ["glad", "angry"]);
  const words = ["", "<unk>", "was", "were", "is"];
  assert.deepEqual(namesOf(words, [0, 0, 0.2, 0.5, 0.3], [0, 0, 0.5, 0.3, 0.2], false), ["were", "was"]);
});

test("outputs of a large vocabulary are chosen in no time", () => {
  const words = Array.from({ length: 20_000 }, (_, at) => `word${at}`), shares = words.map((_, at) => (20_000 - at) / 2e8);
  const began = performance.now();
  assert.deepEqual(namesOf(words, shares, shares, false), ["word0", "word1"]);
  assert.ok(performance.now() - began < 200);
});

test("a score goes towards the likeliest output, unless others are asked for", () => {
  const model = { tags: true, names: ["negative", "neutral", "positive"] };
  const [b, a] = [Float32Array.of(0.1, 0.2, 0.7), Float32Array.of(0.6, 0.1, 0.3)];
  const choose = (state, ...said) => {
    const { towards, against } = chooseOutputs({ towards: "", against: "", ...state }, model, ...said);
    return [towards, against];
  };
  assert.deepEqual(choose({}, b, a), [2, 0]);
  assert.deepEqual(choose({}, b, b), [2, 0]);
  assert.deepEqual(choose({ towards: "neutral", against: "positive" }, b, a), [1, 2]);
  assert.deepEqual(choose({ towards: "positive", against: "positive" }, b, a), [2, 0]); // never against itself
  assert.deepEqual(choose({ towards: "<script>" }, b, a), [2, 0]); // no such output
});

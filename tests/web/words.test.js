// Texts are split and looked up as in Python, and no text takes long.
import assert from "node:assert/strict";
import test from "node:test";

import { splitWords, Vocabulary } from "../../nlp_lstm/explorer/web/words.js";
import { golden } from "./goldens.js";

test("texts are split as Python splits them", () => {
  const { splits } = golden("goldens");
  assert.ok(splits.length >= 5000);
  for (const [text, links, words, starts] of splits) {
    const found = splitWords(text, links);
    assert.deepEqual(found.map(({ word }) => word), words, JSON.stringify(text));
    assert.deepEqual(found.map(({ start }) => start), starts, JSON.stringify(text));
    for (const { word, start, end } of found) assert.equal(text.slice(start, end), word);
  }
  process.stdout.write(`split alike: ${splits.length} of ${splits.length} texts\n`);
});

test("words are looked up as in Python, by each of the rules that a run can have", () => {
  for (const { run, texts } of golden("vocabularies")) {
    const vocabulary = new Vocabulary(run);
    for (const [text, asTyped, words, ids, starts, ends] of texts) {
      const found = vocabulary.encode(text, { asTyped });
      assert.deepEqual([found.words, found.ids, found.starts, found.ends], [words, ids, starts, ends], text);
      assert.deepEqual(found.unknown, ids.map((id) => id === 1));
    }
  }
});

test("a text without words has none, and no end", () => {
  const [{ run }] = golden("vocabularies");
  const { words, hasEnd } = new Vocabulary(run).encode(" \n\t");
  assert.deepEqual([words, hasEnd], [[], false]);
});

test("half of a pair of signs is a sign of its own", () => {
  assert.deepEqual(splitWords("a \ud83d b").map(({ word }) => word), ["a", "\ufffd", "b"]);
});

test("a long text that wants to be slow is not", () => {
  const pieces = ["a", "http://", "a@b", "a.", "a-", "@", "a%", "👩\u200d", "\u0301", "n’", "1.", "'", "☃", "-a"];
  for (const piece of pieces) {
    const began = performance.now();
    splitWords(piece.repeat(100_000 / piece.length));
    const took = performance.now() - began;
    assert.ok(took < 3000, `${JSON.stringify(piece)}: ${took} ms`);
  }
});

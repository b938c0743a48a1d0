// The engine reads what NumPy reads: small runs of all cells with random weights, in float64.
import assert from "node:assert/strict";
import test from "node:test";

import { memoryAge, memoryShares, unitWrites, writeDecomposition } from "../../nlp_lstm/explorer/web/memory.js";
import { Network } from "../../nlp_lstm/explorer/web/network.js";
import { largest, sigmoid } from "../../nlp_lstm/explorer/web/numbers.js";
import { legendre } from "../../nlp_lstm/explorer/web/attribution.js";
import { Vocabulary } from "../../nlp_lstm/explorer/web/words.js";
import { assertNear, golden } from "./goldens.js";

const CLOSE = 1e-6;
const CLOSE_SCORE = 5e-6; // of a sum over units, each as near as that
const { runs } = golden("goldens");
const most = { parts: 0, says: 0, writes: 0, ages: 0, attribution: 0, patching: 0 };

/** Compare, and remember how far apart they were. */
function near(kind, found, wanted, what, close = CLOSE) {
  most[kind] = Math.max(most[kind], assertNear(found, wanted, close, what));
}

for (const { run, readings } of runs) {
  test(`${run.name} encodes as Python does`, () => {
    const vocabulary = new Vocabulary(run);
    for (const wanted of readings) {
      const sentence = vocabulary.encode(wanted.text);
      assert.deepEqual(sentence.words, wanted.words);
      assert.deepEqual(sentence.ids, wanted.ids);
      assert.equal(sentence.hasEnd, wanted.has_end);
    }
  });

  test(`${run.name} has every part of every word as NumPy has it, with edits too`, () => {
    const network = new Network(run);
    for (const wanted of readings) {
      const fresh = new Network(run).read(wanted.ids, { edits: wanted.edits });
      for (const reading of [fresh, network.read(wanted.ids, { edits: wanted.edits })]) {
        wanted.layers.forEach((parts, index) => {
          assert.deepEqual(Object.keys(reading.layers[index]), Object.keys(parts));
          for (const [part, values] of Object.entries(parts)) {
            near("parts", reading.layers[index][part], values, `${wanted.text} ${index + 1} ${part}`);
          }
          for (const [state, values] of Object.entries(wanted.initial[index])) {
            near("parts", reading.initial[index][state], values, `initial ${state}`);
          }
        });
        const hidden = reading.layers.at(-1).hidden_state;
        near("says", hidden.map((values) => network.says(values)), wanted.says, "says");
      }
    }
  });

  test(`${run.name} says where its memory comes from`, () => {
    for (const wanted of readings.filter(({ edits }) => !edits.length)) {
      const reading = new Network(run).read(wanted.ids);
      reading.layers.forEach((parts, index) => {
        const writes = writeDecomposition(parts, reading.initial[index]);
        if (run.cell !== "lstm") return assert.equal(writes, null);
        wanted.writes[index].forEach((row, t) => {
          near("writes", writes[t], row.slice(0, t + 2), `writes at ${t}`);
          assert.ok(row.slice(t + 2).flat().every((value) => value === 0));
        });
        near("ages", memoryAge(memoryShares(writes)), wanted.ages[index], "ages");
        const sums = unitWrites(writes, 3).map((row) => row.reduce((sum, value) => sum + value, 0));
        near("writes", sums, parts.cell_state.map((values) => values[3]), "sum of the writes");
      });
    }
  });

  test(`${run.name} shares out an answer among the words as NumPy does`, async () => {
    const network = new Network(run);
    for (const wanted of readings.filter(({ edits }) => !edits.length)) {
      const { output, against, words, score, nothing } = wanted.attribution;
      const found = await network.attribute(wanted.ids, output, against, { points: [50, 100, 200, 400] });
      near("attribution", [found.score, found.nothing], [score, nothing], "scores", CLOSE_SCORE);
      near("attribution", found.words, words, "words", 1e-5);
      const quick = await network.attribute(wanted.ids, output, against);
      assert.ok(quick.error <= 0.01 || quick.points === 256, `${quick.points} points: ${quick.error}`);
      if (quick.points < 256) assertNear(quick.words, words, 0.02, "with few points");
    }
  });

  test(`${run.name} moves an answer by patching as NumPy does`, async () => {
    const network = new Network(run);
    for (const { ids, patched } of readings.filter(({ edits }) => !edits.length)) {
      const { donor_ids: donorIds, outputs, places, before, donor, after } = patched;
      const told = [];
      const found = await network.patch(ids, donorIds, outputs, places, (done) => void told.push(done));
      near("patching", [found.before, found.donor], [before, donor], "scores", CLOSE_SCORE);
      near("patching", found.after, after, "after", CLOSE_SCORE);
      assert.equal(told.at(-1), places.length);
      const shares = after.map((score) => (score - before) / (donor - before));
      assertNear(found.shares, shares, 1e-4, "shares");
    }
  });

  test(`${run.name}'s terms add up to what is squashed`, () => {
    const { ids } = readings[1];
    const network = new Network(run);
    const reading = network.read(ids);
    reading.layers.forEach((parts, index) => {
      for (const [part, values] of Object.entries(parts)) {
        for (const word of [1, 2, ids.length]) {
          const terms = network.terms(reading, index + 1, word, 2, part);
          if (!terms.length) {
            assert.deepEqual([run.cell, part], ["lstm", "hidden_state"]);
            continue;
          }
          const sum = terms.reduce((all, { value }) => all + value, 0);
          const squash = terms[0].kind === "product" ? Number : part.endsWith("_gate") ? sigmoid : Math.tanh;
          assertNear(values[word - 1][2], squash(sum), CLOSE, `${part} at ${word}`);
        }
      }
    });
  });
}

test("what has been read is not read again, and nothing kept is changed", () => {
  const { run, readings } = runs.find((one) => one.run.cell === "lstm" && one.run.layers === 2);
  const network = new Network(run);
  const { ids } = readings[1];
  const first = network.read(ids);
  const before = JSON.stringify(first.layers);
  const upper = { layer: 2, part: "cell_state", word: 3, unit: null, value: 0 };
  const edited = network.read(ids, { edits: [upper] });
  assert.equal(edited.layers[0].hidden_state.at(-1), first.layers[0].hidden_state.at(-1)); // below the edit
  assert.equal(edited.layers[1].cell_state[1], first.layers[1].cell_state[1]); // before it
  assert.notEqual(edited.layers[1].cell_state[2], first.layers[1].cell_state[2]);
  assert.equal(writeDecomposition(edited.layers[1], edited.initial[1]), null); // c is no longer a sum of writes
  assert.equal(JSON.stringify(first.layers), before);
  const again = network.read(ids);
  assert.equal(again.layers[1].cell_state.at(-1), first.layers[1].cell_state.at(-1));
  assert.equal(network.says(again.layers[1].hidden_state[0]), network.says(first.layers[1].hidden_state[0]));
});

test("patching stops when it is told to", async () => {
  const { run, readings } = runs[0];
  const { ids, patched } = readings[0];
  const places = Array.from({ length: 20_000 }, () => patched.places[0]);
  const found = await new Network(run).patch(ids, patched.donor_ids, patched.outputs, places, () => false);
  assert.ok(!Number.isNaN(found.after[0]));
  assert.ok(Number.isNaN(found.after.at(-1)));
});

test("an edit that is no number shows", () => {
  const { run, readings } = runs[0];
  const network = new Network(run);
  const edits = [{ layer: 1, part: "cell_state", word: 1, unit: 0, value: NaN }];
  const reading = network.read(readings[0].ids, { edits });
  assert.ok(Number.isNaN(reading.layers[0].hidden_state.at(-1)[0]));
  assert.equal(writeDecomposition(reading.layers[0], reading.initial[0]), null);
});

test("points and weights integrate what they must", () => {
  for (const count of [1, 2, 8, 50, 400]) {
    const points = legendre(count);
    const of = (power) => points.reduce((sum, { place, weight }) => sum + weight * place ** power, 0);
    for (const power of [0, 1, 2 * count - 1]) assertNear(of(power), 1 / (power + 1), 1e-12, `${count}, ${power}`);
  }
});

test("the largest come first, of equal ones the first", () => {
  assert.deepEqual(largest([1, 3, NaN, 3, 2], 3), [1, 3, 4]);
  assert.deepEqual(largest([1, 2], 9), [1, 0]);
  assert.deepEqual(largest([], 2), []);
});

test.after(() => {
  for (const [kind, gap] of Object.entries(most)) process.stdout.write(`largest difference of ${kind}: ${gap}\n`);
});

// The runs that come with the package: read as the library reads them in 32 bits, and fast.
import assert from "node:assert/strict";
import test from "node:test";

import { Network } from "../../nlp_lstm/explorer/web/network.js";
import { largest } from "../../nlp_lstm/explorer/web/numbers.js";
import { allPlaces } from "../../nlp_lstm/explorer/web/patching.js";
import { Vocabulary } from "../../nlp_lstm/explorer/web/words.js";
import { assertNear, golden } from "./goldens.js";

const IN_32_BITS = 5e-6; // what the library itself is off by, in 32 bits

/** The least time that something takes, of some tries, in milliseconds. */
function fastest(tries, work) {
  const times = Array.from({ length: tries }, (_, number) => {
    const began = performance.now();
    work(number);
    return performance.now() - began;
  });
  return Math.min(...times);
}

for (const { run, readings } of golden("shipped")) {
  const network = new Network(run);
  const vocabulary = new Vocabulary(run);

  test(`${run.name} reads texts as the library does`, () => {
    let most = 0;
    for (const { text, words, ids, layers, best, shares } of readings) {
      const sentence = vocabulary.encode(text);
      assert.deepEqual([sentence.words, sentence.ids], [words, ids]);
      const reading = network.read(ids);
      layers.forEach((parts, index) => {
        for (const [part, values] of Object.entries(parts)) {
          most = Math.max(most, assertNear(reading.layers[index][part], values, IN_32_BITS, `${text} ${part}`));
        }
      });
      const says = network.says(reading.layers.at(-1).hidden_state.at(-1));
      assert.deepEqual(largest(says, best.length), best);
      assertNear(best.map((output) => says[output]), shares, IN_32_BITS, "says");
    }
    process.stdout.write(`${run.name}: parts differ by at most ${most}\n`);
  });

  test(`${run.name} follows the keys`, async () => {
    const ids = [...readings.at(-1).ids, ...readings.at(-1).ids].slice(0, 40);
    network.read(ids);
    const atEnd = fastest(15, (number) => network.read([...ids.slice(0, -1), 10 + number]));
    const atStart = fastest(5, (number) => network.read([10 + number, ...ids.slice(1)]));
    const hidden = network.read(ids).layers.at(-1).hidden_state;
    const says = fastest(30, (number) => network.says(hidden[number]));
    const [text, donor] = [ids.slice(0, 8), [10, ...ids.slice(1, 8)]];
    let map = Infinity;
    for (let tries = 0; tries < 3 && map > 1000; tries++) {
      const began = performance.now();
      await network.patch(text, donor, [1, 2], allPlaces(network, [1, 2, 3, 4, 5, 6, 7, 8]));
      map = Math.min(map, performance.now() - began);
    }
    process.stdout.write(
      `${run.name}, ms: last of 40 words ${atEnd.toFixed(1)}, first ${atStart.toFixed(1)}, ` +
        `says ${says.toFixed(1)}, patch map ${map.toFixed(0)}\n`,
    );
    assert.ok(atEnd <= 50 && atStart <= 300 && says <= 15 && map <= 2000);
  });
}

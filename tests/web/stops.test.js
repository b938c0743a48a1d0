// The nine stops of the tour: each is a state that a link can hold, and what it tells is what the page shows.
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { memoryAge, memoryShares, writeDecomposition } from "../../nlp_lstm/explorer/web/memory.js";
import { scoreOf } from "../../nlp_lstm/explorer/web/patching.js";
import { Model, readText } from "../../nlp_lstm/explorer/web/readings.js";
import { askOne, boundState, readHash, startState, writeHash } from "../../nlp_lstm/explorer/web/state.js";
import { TOUR } from "../../nlp_lstm/explorer/web/stops.js";
import { isShown } from "../../nlp_lstm/explorer/web/tour.js";
import { golden } from "./goldens.js";

const WEB = new URL("../../nlp_lstm/explorer/web/", import.meta.url);
const DOCS = new URL("../../docs/understand/", import.meta.url);
const models = golden("shipped").map(({ run }) => new Model({ shipped: true, ...run })).sort((a, b) => b.tags - a.tags);
const placeOf = (name) => models.findIndex(({ run }) => run.name === name);

/** The state of the page at a stop, with what it shows when the answer is revealed. */
function stateOf(stop, revealed = false) {
  const state = { ...startState(), ...stop.state, run: placeOf(stop.reads[0]), stop: TOUR.indexOf(stop) + 1 };
  return revealed ? askOne(stop.shows ?? {}, state) : state;
}

/** What the run in focus makes of a stop. */
const viewOf = (number, revealed) => readText(models, stateOf(TOUR[number - 1], revealed));
const likeliest = ({ readings, focus }, word, place = focus.index) => readings[place].answers(word)[0];
const twoPlaces = (value) => value.toFixed(2);

test("there are nine stops, each with three short sentences, something to do, a question and an answer", () => {
  assert.equal(TOUR.length, 9);
  for (const { title, says, todo, question, answer } of TOUR) {
    assert.equal(says.length, 3, title);
    for (const sentence of says) assert.ok(/^[A-Z].{20,125}[.]$/u.test(sentence), sentence);
    assert.ok(/[.?]\)?$/.test(todo) && question.endsWith("?") && /[.]$/.test(answer), title);
  }
  assert.equal(new Set(TOUR.map(({ title }) => title)).size, 9);
});

test("each stop is a state that comes back from its address, before and after the answer", () => {
  for (const stop of TOUR) {
    for (const state of [stateOf(stop), stateOf(stop, true)]) {
      assert.deepEqual(boundState(state, startState()), state, stop.title);
      assert.deepEqual(readHash(writeHash(state), "another text"), state, stop.title);
    }
  }
});

test("each stop is in a panel, at a word, a unit and a layer that are there", () => {
  const code = fs.readdirSync(WEB).filter((name) => name.endsWith(".js")).map((name) => fs.readFileSync(new URL(name, WEB), "utf8")).join("\n");
  TOUR.forEach(({ title, state }, at) => {
    const { focus, layer, unit, word } = viewOf(at + 1);
    assert.ok(code.includes(`id: "panel-${state.panel}"`), title);
    assert.deepEqual([state.layer ?? layer, state.unit ?? unit, state.word ?? word], [layer, unit, word], title);
    assert.ok(!state.opened || focus.network.cell.parts.includes(state.opened), title);
  });
});

test("a stop is left out where its runs are not, or do not know its words", () => {
  assert.ok(TOUR.every((stop) => isShown(stop, models)));
  assert.ok(TOUR.every((stop) => !isShown(stop, [])));
  const tagger = models.filter(({ tags }) => tags);
  assert.deepEqual(TOUR.filter((stop) => isShown(stop, tagger)), TOUR.slice(0, 6));
  const own = models.map(({ run }) => new Model({ ...run, shipped: false }));
  assert.ok(TOUR.every((stop) => !isShown(stop, own)));
  const few = models.map(({ run }) => new Model({ ...run, words: run.words.slice(0, 50) }));
  assert.ok(TOUR.every((stop) => !isShown(stop, few)));
});

test("every figure with an interval stands in the documentation", () => {
  const written = fs.readFileSync(new URL("verdict.txt", DOCS), "utf8").replace(/[ ]+/g, " ")
    + fs.readFileSync(new URL("hidden_against_cell.md", DOCS), "utf8").replace(/\[|\]|,/g, "").replace(/[ ]+/g, " ");
  let count = 0;
  for (const { answer, source } of TOUR) {
    for (const [, ...figures] of answer.matchAll(/([−\d.]+\d) \[([−\d.]+), ([−\d.]+)\]/g)) {
      count += 1;
      assert.ok(source && written.includes(` ${figures.join(" ").replaceAll("−", "-")}`), figures.join(" "));
    }
    for (const [figure] of answer.matchAll(/\d+\.\d{3}/g)) assert.ok(written.includes(figure), figure);
  }
  assert.ok(count >= 15);
});

test("what the stops tell of the page is what it shows", () => {
  const word = viewOf(1, true);
  assert.deepEqual([...word.focus.says(3)], [...word.focus.saidBefore(3)]);
  assert.notEqual(likeliest(word, 11).name, likeliest(viewOf(1), 11).name);

  const not = viewOf(3);
  assert.equal(not.focus.sentence.words[not.word - 1], "not");
  assert.equal(twoPlaces(not.focus.after.layers[0].forget_gate[3][94]), "0.02");

  const shut = viewOf(4, true);
  assert.deepEqual([likeliest(shut, 6).name, twoPlaces(likeliest(shut, 6).share)], ["positive", "0.84"]);

  const comma = viewOf(5);
  const [{ cell_state: c, hidden_state: h }] = comma.focus.after.layers;
  assert.equal(comma.focus.sentence.words[comma.word - 1], ",");
  assert.deepEqual([c[3][82], h[3][82]].map(twoPlaces), ["-1.40", "-0.01"]);
  for (const at of [4, 5, 6, 7, 8]) assert.ok(c[at][82] < -1.4 && h[at][82] < 0 && h[at][82] > -0.335);
  assert.ok(likeliest(comma, 9).name.includes("negative")); // of "it is great": wrong

  const ages = [1, 2].map((layer) => {
    const { focus } = readText(models, { ...stateOf(TOUR[6]), layer });
    const writes = writeDecomposition(focus.after.layers[layer - 1], focus.after.initial[layer - 1]);
    return memoryAge(memoryShares(writes)).at(-1).toFixed(1);
  });
  assert.deepEqual(ages, ["2.5", "2.6"]);

  const { units, embedding_dim: inputs } = not.focus.run;
  assert.deepEqual([inputs, units, 4 * (inputs * units + units * units + units)], [100, 168, 180_768]);

  assert.equal(likeliest(viewOf(8), 3).name, "so");
  const versus = viewOf(9);
  const { network, model, sentence } = versus.focus;
  const [were, was] = ["were", "was"].map((name) => model.names.indexOf(name));
  const other = model.vocabulary.encode(TOUR[8].state.other, { asTyped: false });
  const scores = [sentence, other].map(({ ids }) => scoreOf(network, network.read(ids).layers[1].hidden_state, were, was));
  assert.ok(scores[0] < -1 && scores[1] > 0.5, String(scores)); // "was" after the one, "were" after the other
});

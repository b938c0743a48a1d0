// What the page says to copy asks what the panels show, and reaches a shell and Python as it was typed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { Model, readText } from "../../nlp_lstm/explorer/web/readings.js";
import { pythonLines, quotePython, quoteShell, shellLines } from "../../nlp_lstm/explorer/web/repeat.js";
import { startState } from "../../nlp_lstm/explorer/web/state.js";
import { golden } from "./goldens.js";

const TEXTS = ["the sky is blue", "it's \"not\" $HOME `id` \\ !! 100%", "-v", "naïve \u{1F642} ‏עברית\u202e", "two\nlines\ttab", "</script>", "\u2028\u007f"];

test("a shell reads each text as one argument", () => {
  for (const text of TEXTS) assert.equal(execFileSync("bash", ["-c", `printf %s ${quoteShell(text)}`]).toString(), text);
});

test("Python reads each text as it is", () => {
  for (const text of [...TEXTS, "a\0b"]) {
    const program = `import json\nprint(json.dumps(${quotePython(text)}))`;
    assert.equal(JSON.parse(execFileSync("python3", ["-c", program]).toString()), text);
  }
});

const [tagger, predictor] = ["labels", "words"].map((kind) => golden("goldens").runs.map(({ run }) => run).find(({ predicts }) => predicts === kind));

/** Two runs that read "not bad" with some changes of the state; the chosen word is the first. */
function viewOf(changes, cell = tagger) {
  const models = [new Model({ ...cell, name: "a" }), new Model({ ...predictor, name: "b c" })];
  for (const { run } of models) run.reading = { ...run.reading, tokenized: false, ends_with_stop: false };
  return readText(models, { ...startState("not bad"), word: 1, unit: 0, ...changes });
}

test("one command for all answers, one for the chosen unit, one for the memory, one for why", () => {
  const [answers, unit, memory, why, ...others] = shellLines(viewOf({}));
  assert.equal(answers, "nlp-lstm probe --run a --run 'b c' 'not bad'");
  assert.equal(unit, "nlp-lstm probe --run a --layer 1 --unit 0 'not bad'");
  assert.equal(memory, "nlp-lstm probe --run a --layer 1 --memory 'not bad'");
  assert.match(why, /^nlp-lstm probe --run a --why --towards \w+ --against \w+ --as-typed not$/);
  assert.deepEqual(others, []);
  assert.match(shellLines(viewOf({ word: 2 }))[3], /--against \w+ 'not bad'$/);
  assert.equal(shellLines(viewOf({ memory: "one" }))[2], "nlp-lstm probe --run a --layer 1 --unit 0 --memory 'not bad'");
  assert.match(pythonLines(viewOf({})).join("\n"), /probe\(text, "a", layer=1, unit=0\)/);
});

test("the second sentence is asked for beside the first", () => {
  const view = viewOf({ other: "the film", towards: "positive", against: "negative" });
  assert.equal(shellLines(view).at(-1), "nlp-lstm probe --run a --patch-from 'the film' --towards positive --against negative 'not bad'");
  assert.match(pythonLines(view).at(-1), /patch_from="the film", towards="positive", against="negative"/);
  assert.equal(shellLines(viewOf({ other: "the film is" })).length, 4);
});

test("changes are said in the words of the command, in the place of what they change", () => {
  const knobs = [{ part: "forget_gate", value: 0, layer: 1, unit: null, word: 2 }];
  assert.deepEqual(shellLines(viewOf({ knobs })).slice(1), ["nlp-lstm probe --run a --hold 'forget_gate[1]=0@2' 'not bad'"]);
  const lines = pythonLines(viewOf({ knobs })).join("\n");
  assert.ok(lines.includes('hold=[nlp_lstm.Edit("forget_gate", 0, words=2, layer=1)]'));
  assert.ok(lines.includes('nlp_lstm.trace("a", text, edit=['));
  assert.deepEqual(shellLines(viewOf({ without: 1 })).slice(1), ["nlp-lstm probe --run a --run 'b c' --without 1 'not bad'"]);
  assert.deepEqual(shellLines(viewOf({ swap: 1, swapWord: "film" })).slice(1), ["nlp-lstm probe --run a --run 'b c' --swap '1=film' 'not bad'"]);
});

test("a run that does not change is not asked what changes", () => {
  const view = viewOf({ without: 2 });
  assert.equal(shellLines(view).length, 4, "the last word is left out, and nothing follows it");
  assert.ok(view.readings.every(({ isChanged }) => !isChanged));
});

test("an end that the run reads stands in the text of a trace, which reads none by itself", () => {
  const knobs = [{ part: "forget_gate", value: 0, layer: 1, unit: null, word: 3 }];
  const models = [new Model({ ...tagger, name: "a", reading: { ...tagger.reading, tokenized: false, ends_with_stop: true } })];
  const lines = pythonLines(readText(models, { ...startState("not bad"), unit: 0, knobs })).join("\n");
  assert.ok(lines.includes('nlp_lstm.trace("a", text + " .", edit=['));
});

test("a text that looks like an option is kept from being one", () => {
  assert.equal(shellLines(viewOf({ text: "-not bad" }))[0], "nlp-lstm probe --run a --run 'b c' -- '-not bad'");
});

test("a text that the page cuts is cut in the commands, too", () => {
  const words = "not ".repeat(301);
  assert.ok(shellLines(viewOf({ text: words }))[0].endsWith(` '${"not ".repeat(300).trimEnd()}'`));
});

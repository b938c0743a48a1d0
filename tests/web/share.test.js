// What the page says to copy reaches a shell and Python as it was typed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { quotePython, quoteShell, shellLines, pythonLines, tellRounding } from "../../nlp_lstm/explorer/web/share.js";
import { startState } from "../../nlp_lstm/explorer/web/state.js";

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

/** @param {object} changes of the state */
function viewOf(changes) {
  const sentence = { words: ["not", "bad"], ends: [3, 7], hasEnd: false };
  const focus = { run: { name: "a" }, sentence, isChanged: true };
  return /** @type {any} */ ({ state: { ...startState("not bad"), ...changes }, focus, readings: [focus, { run: { name: "b c" } }], layer: 1, unit: 7, cut: false });
}

test("one command for the answers of all runs, one for the chosen unit", () => {
  assert.deepEqual(shellLines(viewOf({})), ["nlp-lstm probe --run a --run 'b c' 'not bad'", "nlp-lstm probe --run a --layer 1 --unit 7 'not bad'"]);
  assert.match(pythonLines(viewOf({})).join("\n"), /probe\(text, "a", layer=1, unit=7\)/);
});

test("changes are said in the words of the command", () => {
  const knobs = [{ part: "forget_gate", value: 0, layer: 1, unit: null, word: 2 }];
  assert.equal(shellLines(viewOf({ knobs })).at(-1), "nlp-lstm probe --run a --hold 'forget_gate[1]=0@2' 'not bad'");
  assert.ok(pythonLines(viewOf({ knobs })).includes('edits = [nlp_lstm.Edit("forget_gate", 0, words=2, layer=1)]'));
  assert.equal(shellLines(viewOf({ without: 1 })).at(-1), "nlp-lstm probe --run a --run 'b c' --without 1 'not bad'");
  assert.equal(shellLines(viewOf({ swap: 1, swapWord: "so" })).at(-1), "nlp-lstm probe --run a --run 'b c' --swap '1=so' 'not bad'");
});

test("a text that looks like an option is kept from being one", () => {
  const view = viewOf({ text: "-not bad" });
  assert.equal(shellLines(view)[0], "nlp-lstm probe --run a --run 'b c' -- '-not bad'");
});

test("a text that the page cuts is cut in the commands, too", () => {
  const view = { ...viewOf({ text: "not bad at all" }), cut: true };
  assert.match(shellLines(view)[0], /'not bad'$/);
});

test("a line says what rounding moves, and on which text, or that it is not known", () => {
  const rounding = { total_variation: 0.00412, same_top: 0.9921, sentences: 50, data: "stories" };
  const told = tellRounding({ name: "a", rounding }).replaceAll("\u00a0", " ");
  assert.equal(told, "a: rounding moves 0.41 % of the probability to other answers, on average, and the first answer stays the same "
    + "after 99.2 % of the words, in 50 sentences of stories.");
  assert.match(tellRounding({ name: "a", rounding: { ...rounding, total_variation: null } }), /^a: .* is not measured\.$/);
});

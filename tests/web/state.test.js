// The address of the page: what is written is read again, and what a stranger writes sets nothing but the state.
import assert from "node:assert/strict";
import { test } from "node:test";
import { askOne, boundState, LONGEST_TEXT, MOST_KNOBS, readHash, readKnob, startState, writeHash, writeKnob } from "../../nlp_lstm/explorer/web/state.js";

const KNOB = { part: "forget_gate", value: 0.25, layer: 1, unit: 17, word: 3 };

test("a state comes back from its address", () => {
  const state = {
    ...startState("the sky is blue"),
    text: "naïve & 100% #1 = \u{1F642} ‏עברית‏ +\n\"'</script>",
    other: "the sky was blue",
    run: 1,
    layer: 2,
    unit: 0,
    word: 3,
    order: "number",
    panel: "strip",
    memory: "one",
    square: "2 cell_state 3",
    squares: "all",
    knobs: [KNOB, { part: "cell_state", value: -1.5, layer: null, unit: null, word: null }],
  };
  assert.deepEqual(readHash(writeHash(state), "another"), state);
});

test("what is at its default is not written", () => {
  assert.equal(writeHash(startState("a")), "#text=a");
  assert.deepEqual(readHash("", "the sky"), startState("the sky"));
  assert.deepEqual(readHash("#", "the sky"), startState("the sky"));
});

test("a text that was emptied stays empty, though the page has one of its own", () => {
  assert.equal(readHash(writeHash(startState("")), "the sky").text, "");
});

test("a word left out and a swapped word come back", () => {
  const left = { ...startState("a b c"), without: 2 };
  assert.deepEqual(readHash(writeHash(left), "a b c"), { ...left });
  const swapped = { ...startState("a b c"), swap: 2, swapWord: "good & bad" };
  assert.deepEqual(readHash(writeHash(swapped)), swapped);
});

test("a knob is written as --hold takes it", () => {
  assert.equal(writeKnob(KNOB), "forget_gate[1,17]=0.25@3");
  assert.equal(writeKnob({ ...KNOB, unit: null }), "forget_gate[1]=0.25@3");
  assert.equal(writeKnob({ ...KNOB, layer: null, unit: null, word: null }), "forget_gate=0.25");
  for (const text of ["forget_gate[1,17]=0.25@3", "cell_state[2]=-1e-7", "hidden_state=0@300"]) {
    assert.deepEqual(writeKnob(/** @type {any} */ (readKnob(text))), text);
  }
});

test("odd knobs are no knobs", () => {
  const odd = ["", "forget_gate", "forget_gate=", "forget_gate=NaN", "forget_gate=1e99", "forget_gate=1.2.3", "__proto__=1@",
    "forget_gate[0]=1", "forget_gate=1@0", "forget_gate=1@99999", "forget_gate[1,2,3]=1", "Forget=1", "a".repeat(50) + "=1"];
  for (const text of odd) assert.equal(readKnob(text), null, text);
});

test("numbers stay within their bounds", () => {
  for (const value of ["-1", "1e3", "99999", "Infinity", "NaN", "0x10", " 3", "3.5", "", "١"]) {
    const found = readHash(`#run=${encodeURIComponent(value)}&word=${encodeURIComponent(value)}&unit=${encodeURIComponent(value)}`);
    assert.deepEqual(found, startState(), value);
  }
  assert.equal(readHash("#unit=9999").unit, 9999);
});

test("long, broken and hostile addresses leave a whole state", () => {
  assert.equal(readHash(`#text=${"a".repeat(LONGEST_TEXT + 50)}`).text.length, LONGEST_TEXT);
  assert.deepEqual(readHash(`#text=${"a".repeat(1_000_000)}`, "usual"), startState("usual"));
  assert.equal(readHash(`#${"hold=forget_gate%3D1&".repeat(500)}`).knobs.length, MOST_KNOBS);
  assert.equal(readHash("#text=%00<img src=x onerror=alert(1)>").text, "\0<img src=x onerror=alert(1)>");
  const unpaired = readHash("#text=" + encodeURIComponent("a") + "%ED%A0%80", "").text;
  assert.ok(unpaired.isWellFormed());
  assert.ok(boundState({ text: "a\uD800b" }, startState()).text.isWellFormed());
  for (const hash of ["#%", "#text=%", "#%E0%A4%A", "#&&&===", "#panel=<b>", "#order=__proto__", "#text", "#panel=javascript:x"]) {
    const found = readHash(hash, "usual");
    assert.deepEqual(Object.keys(found), Object.keys(startState()));
    assert.equal(found.panel, "", hash);
    assert.equal(found.order, "value", hash);
  }
});

test("a strange map or square is none", () => {
  const odd = ["#memory=two", "#memory=", "#square=2+cell_state", "#square=2+cell_state+3+4", "#square=2+__proto__+-1", "#square=2+A+3",
    "#square=99999+h+1", `#square=1+${"a".repeat(50)}+1`, "#square=2+cell_state+3%0A", "#squares=some", "#squares=ALL", "#squares[]=all"];
  for (const hash of odd) assert.deepEqual(readHash(hash), startState(), hash);
});

test("another comparison begins without squares, another word or unit keeps them", () => {
  const filled = { ...startState("a b c"), other: "a b d", square: "1 cell_state 2", squares: "all" };
  for (const kept of [{ word: 1 }, { unit: 3 }, { memory: "one" }, { text: "a b c" }]) {
    assert.deepEqual(askOne(kept, filled), { ...filled, ...kept });
  }
  for (const changed of [{ text: "a b e" }, { other: "" }, { run: 1 }, { towards: "was" }, { against: "x" }]) {
    const { square, squares } = askOne(changed, filled);
    assert.deepEqual([square, squares], ["", ""], JSON.stringify(changed));
  }
  assert.equal(askOne({ text: "a b e", square: "1 candidate 1" }, filled).square, "1 candidate 1");
});

test("what a panel sets is within its bounds, too, whatever else it changes", () => {
  const { text, layer } = askOne({ run: 1, layer: -4, text: "a".repeat(LONGEST_TEXT + 9) }, startState("a"));
  assert.deepEqual([text.length, layer], [LONGEST_TEXT, 0]);
});

test("names that objects have of their own set nothing", () => {
  const found = readHash("#__proto__=1&constructor=2&toString=3&prototype.run=4", "usual");
  assert.deepEqual(found, startState("usual"));
  assert.equal(/** @type {any} */ ({}).run, undefined);
});

test("a value of a wrong kind leaves what was there", () => {
  const state = { ...startState("usual"), word: 2, knobs: [KNOB] };
  const odd = /** @type {any} */ ({ text: 3, word: "4", unit: -1, run: 0.5, knobs: [{ part: "x" }, null, 3, "y"], panel: "A b" });
  assert.deepEqual(boundState(odd, state), { ...state, knobs: [] });
  assert.deepEqual(boundState({ knobs: [{ ...KNOB, value: NaN }] }, state).knobs, []);
});

test("one question at a time: what is asked last holds", () => {
  const held = askOne({ knobs: [KNOB] }, { ...startState("a b c"), without: 2 });
  assert.deepEqual([held.without, held.knobs.length], [0, 1]);
  const swapped = askOne({ swap: 1, swapWord: "good" }, held);
  assert.deepEqual([swapped.knobs.length, swapped.swap, swapped.swapWord], [0, 1, "good"]);
  const left = askOne({ without: 3 }, swapped);
  assert.deepEqual([left.swap, left.swapWord, left.without], [0, "", 3]);
});

test("another run begins with its last layer and no knobs", () => {
  const state = { ...startState("a b c"), layer: 2, unit: 7, knobs: [KNOB], word: 2 };
  const found = askOne({ run: 1 }, state);
  assert.deepEqual([found.layer, found.unit, found.knobs, found.word], [0, null, [], 2]);
});

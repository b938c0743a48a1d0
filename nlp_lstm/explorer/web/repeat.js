/**
 * What prints the numbers of the page: each question of a panel, as `nlp-lstm probe` and `nlp_lstm.probe` ask it.
 */

import { chooseOutputs } from "./outputs.js";
import { readTwo } from "./pairs.js";
import { writeKnob } from "./state.js";

/** @typedef {import("./readings.js").View} View */
/** @typedef {import("./state.js").Knob} Knob */

/**
 * What is asked of runs: each name is that of an option and of an argument.
 * @typedef {Record<string, string | number | true | Knob[] | [number, string]>} Asked
 * @typedef {{text: string, runs: string[], asked: Asked}} Question
 */

/**
 * What the page shows: all answers; what is changed, or else the chosen unit, the memory and why; and A | B.
 * @param {View} view
 * @returns {Question[]}
 */
export function questionsOf(view) {
  const { state, focus, layer, unit, readings } = view, text = textRead(view), own = [focus.run.name];
  const changed = readings.filter(({ isChanged }) => isChanged).map(({ run }) => run.name), two = readTwo(view);
  const memory = state.memory === "one" ? { layer, unit, memory: true } : { layer, memory: true };
  const unchanged = [{ text, runs: own, asked: { layer, unit } }, ...(focus.run.cell === "lstm" ? [{ text, runs: own, asked: memory }] : []), askWhy(view, text)];
  return /** @type {Question[]} */ ([
    { text, runs: readings.map(({ run }) => run.name), asked: {} },
    ...(changed.length ? [{ text, runs: changed, asked: askChanged(state) }] : unchanged),
    ...(typeof two === "string" ? [] : [{ text, runs: own, asked: { patch_from: state.other, ...nameOutputs(view, two.score) } }]),
  ]);
}

/** @param {import("./state.js").State} state @returns {Asked} */
function askChanged({ knobs, without, swap, swapWord }) {
  return knobs.length ? { hold: knobs } : without ? { without } : { swap: [swap, swapWord] };
}

/** The panel explains the answer at the chosen word: that of the text up to there. @param {View} view @param {string} text */
function askWhy(view, text) {
  const { focus, word, state } = view, { sentence, model } = focus, said = focus.saidBefore(word);
  const asked = { why: true, ...nameOutputs(view, chooseOutputs(state, model, said, said)) };
  const isLast = word === sentence.words.length;
  return { text: isLast ? text : state.text.slice(0, sentence.ends[word - 1]), runs: [focus.run.name], asked: isLast ? asked : { ...asked, as_typed: true } };
}

/** @param {View} view @param {import("./outputs.js").Score} score */
function nameOutputs({ focus }, { towards, against }) {
  const { names } = focus.model;
  return { towards: names[towards], ...(against === null ? {} : { against: names[against] }) };
}

/** @param {View} view */
export function shellLines(view) {
  return questionsOf(view).map(({ text, runs, asked }) => {
    const quoted = quoteShell(text);
    const options = Object.entries(asked).flatMap(([name, value]) => writeOption(`--${name.replace("_", "-")}`, value));
    return ["nlp-lstm probe", ...runs.map((name) => `--run ${quoteShell(name)}`), ...options, quoted.startsWith("'-") ? "--" : "", quoted]
      .filter(Boolean).join(" ");
  });
}

/** @param {string} option @param {Asked[string]} value @returns {string[]} */
function writeOption(option, value) {
  if (value === true) return [option];
  if (isSwap(value)) return [`${option} ${quoteShell(value.join("="))}`];
  if (Array.isArray(value)) return value.map((knob) => `${option} ${quoteShell(writeKnob(knob))}`);
  const written = quoteShell(String(value));
  return [written.startsWith("'-") ? `${option}=${written}` : `${option} ${written}`];
}

/** @param {View} view */
export function pythonLines(view) {
  const { state, focus, layer, unit } = view;
  const lines = ["import nlp_lstm", ""];
  let before = "";
  for (const { text, runs, asked } of questionsOf(view)) {
    if (text !== before) lines.push(`text = ${quotePython(text)}`);
    before = text;
    const names = runs.length > 1 ? `[${runs.map(quotePython).join(", ")}]` : quotePython(runs[0]);
    const all = ["text", names, ...Object.entries(asked).map(([name, value]) => `${name}=${writeValue(value)}`)];
    lines.push(`print(nlp_lstm.probe(${all.join(", ")}))`);
    if (!asked.hold) continue;
    const read = focus.sentence.hasEnd ? `text + " ."` : "text";
    lines.push(`layer = nlp_lstm.trace(${names}, ${read}, edit=${writeValue(state.knobs)})["layer_${layer}"]`);
    lines.push(`print({part: values[:, ${unit}] for part, values in layer.parts.items()})`);
  }
  return lines;
}

/** @param {Asked[string]} value @returns {string} */
function writeValue(value) {
  if (value === true) return "True";
  if (isSwap(value)) return `(${value[0]}, ${quotePython(value[1])})`;
  return Array.isArray(value) ? `[${value.map(writeEditCall).join(", ")}]` : typeof value === "number" ? `${value}` : quotePython(value);
}

/** @param {Knob} knob */
function writeEditCall({ part, value, word, layer, unit }) {
  const places = Object.entries({ words: word, layer, unit }).filter(([, place]) => place !== null);
  return `nlp_lstm.Edit(${[quotePython(part), value, ...places.map(([key, place]) => `${key}=${place}`)].join(", ")})`;
}

/** @param {Asked[string]} value @returns {value is [number, string]} */
function isSwap(value) {
  return Array.isArray(value) && typeof value[0] === "number";
}

/** The text as far as the page reads it. @param {View} view */
function textRead({ focus: { sentence }, cut, state }) {
  const typed = sentence.words.length - (sentence.hasEnd ? 1 : 0);
  return cut ? state.text.slice(0, sentence.ends[typed - 1]) : state.text;
}

/** A text as one argument of a shell. @param {string} text */
export function quoteShell(text) {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A text as Python writes it. @param {string} text */
export function quotePython(text) {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

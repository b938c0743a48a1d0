// What a change did: the answer before and after it side by side, how far it moved after each word, and a sentence.

import { spoken } from "./answers.js";
import { largest } from "./numbers.js";
import { partName } from "./parts.js";
import { box, cut, drawing, figure, line, percent, shape, written } from "./shapes.js";
import { html } from "./table.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").RunReading} RunReading */
/** @typedef {import("./readings.js").View} View */

const BARS_SHOWN = 5, MOVES_SHOWN = 20;

/**
 * The answers after the last word of both texts, and how they moved on the way.
 * @typedef {Object} Change
 * @property {string} title of the model
 * @property {string[]} names
 * @property {Float32Array} before
 * @property {Float32Array} after
 * @property {{word: string, number: number, moved: number, other: boolean}[]} moves word by word: half the sum of
 *   what all shares moved by, and whether another answer is the likeliest
 * @property {boolean} finite whether all of it are numbers
 * @property {boolean} tags
 */

/**
 * Compare what a model says before and after a change.
 * @param {RunReading} reading
 * @returns {Change}
 */
export function compareAnswers(reading) {
  const { model, sentence } = reading, last = sentence.words.length;
  const moves = [];
  for (let number = 1; number <= last; number++) {
    const after = reading.says(number), before = reading.saidBefore(number);
    if (!after) continue; // the word was left out
    const same = after === before;
    const moved = same ? 0 : after.reduce((all, share, at) => all + Math.abs(share - before[at]), 0) / 2;
    const word = reading.changed.words[(reading.place(number) ?? number) - 1];
    moves.push({ word, number, moved, other: !same && largest(before, 1)[0] !== largest(after, 1)[0] });
  }
  const after = reading.says(last) ?? reading.saidBefore(last);
  const layers = reading.after.layers.flatMap((parts) => parts.hidden_state);
  const finite = layers.every((values) => values.every(Number.isFinite)) && after.every(Number.isFinite);
  return { title: model.title, names: model.names, before: reading.saidBefore(last), after, moves, finite, tags: model.tags };
}

/**
 * What changed, in words.
 * @param {Change} change
 * @returns {(Node | string)[]}
 */
export function tellChange({ title, names, before, after, moves, tags }) {
  const [first] = largest(before, 1), [now] = largest(after, 1);
  const [was, is] = [spoken(names[first]), spoken(names[now])];
  const bold = (/** @type {string} */ words) => html("b", {}, words);
  const says = tags ? "says" : "expects", said = tags ? "said" : "expected";
  const head = first === now
    ? [`After the last word ${title} still ${says} `, bold(is), `: ${percent(after[now])}, before ${percent(before[first])}.`]
    : [`After the last word ${title} now ${says} `, bold(is), ` (${percent(after[now])}); before it ${said} `, bold(was), ` (${percent(before[first])}).`];
  const most = moves.reduce((a, b) => (b.moved > a.moved ? b : a));
  if (most.moved < 0.0005) return [...head, " Nothing moved after any word."];
  const others = moves.filter(({ other }) => other).length;
  const times = others ? ` Another answer comes first after ${others} of ${moves.length} words.` : " The first answer stays the same after every word.";
  return [...head, times, " The answer moves most after ", bold(spoken(most.word)), `: ${percent(most.moved)} of the probability goes to other answers.`];
}

/**
 * The likeliest answers before and after, on one scale.
 * @param {Change} change
 */
export function drawBeforeAfter({ names, before, after, tags, title }) {
  const order = (/** @type {Float32Array} */ shares) => largest(shares, BARS_SHOWN);
  const places = tags ? names.map((_, at) => at).slice(0, 12) : [...new Set([...order(before), ...order(after)])];
  if (!tags) places.sort((a, b) => Math.max(before[b], after[b]) - Math.max(before[a], after[a]));
  const wide = 362, left = 112, column = 122, room = 66, height = 26;
  const most = tags ? 1 : Math.max(0.05, ...places.flatMap((at) => [before[at], after[at]]));
  const shapes = [
    written(left, 15, "before", { anchor: "start", fill: "var(--soft)" }),
    written(left + column + 6, 15, "after", { anchor: "start", bold: true }),
  ];
  places.forEach((at, row) => {
    const y = 24 + row * height, name = spoken(names[at]);
    shapes.push(written(left - 10, y + 16, cut(name, 15), { anchor: "end" }));
    [before, after].forEach((shares, side) => {
      const x = left + side * (column + 6), length = (shares[at] / most) * room;
      const top = largest(shares, 1)[0] === at;
      const fill = side ? "var(--probability)" : "var(--soft)";
      shapes.push(line([[x, y], [x, y + height - 4]], { stroke: "var(--line)", width: 1 }));
      shapes.push(box(x, y + 3, Math.max(1, length), 16, { fill, rx: 1.5, opacity: 1 }));
      shapes.push(written(x + length + 6, y + 16, percent(shares[at]), { size: 13, anchor: "start", bold: top }));
    });
  });
  return drawing(wide, 28 + places.length * height, `What ${title} says before and after the change`, shapes);
}

/**
 * How far the answer moved after each word, as columns above the words.
 * @param {Change} change
 * @param {number} word that is chosen
 * @param {(word: number) => void} choose
 */
export function drawMoves({ moves, title }, word, choose) {
  const at = moves.findIndex(({ number }) => number >= word);
  const narrow = matchMedia("(max-width: 640px)").matches ? 12 : MOVES_SHOWN;
  const first = Math.max(0, Math.min(moves.length - narrow, at - Math.floor(narrow / 3)));
  const shown = moves.slice(first, first + narrow);
  const high = 84, side = Math.max(26, Math.min(54, (narrow < MOVES_SHOWN ? 320 : 420) / shown.length)), width = Math.max(260, shown.length * side + 40);
  const shapes = [line([[4, high + 14], [shown.length * side + 8, high + 14]], { stroke: "var(--soft)", width: 1 })];
  shown.forEach(({ word: name, number, moved, other }, place) => {
    const x = 8 + place * side, length = Math.max(moved > 0 ? 1 : 0, moved * high);
    const mark = shape("g", { class: "pick" }, box(x, 0, side, high + 90, { fill: "transparent" }),
      box(x + 3, high + 14 - length, side - 8, length, { fill: other ? "var(--probability)" : "var(--soft)", rx: 1.5 }));
    if (moved >= 0.005) mark.append(written(x + side / 2 - 1, high + 9 - length, figure(100 * moved, 0), { size: 12.5 }));
    const label = written(0, 0, cut(name, 11), { size: 14, anchor: "end", bold: number === word });
    label.setAttribute("transform", `translate(${x + side / 2 + 4} ${high + 28}) rotate(-50)`);
    mark.append(label);
    mark.addEventListener("click", () => choose(number));
    shapes.push(mark);
  });
  return drawing(width, high + 100, `How far ${title}'s answer moves after each word, in percent`, shapes);
}

/**
 * What is held or changed, in words, and how to let go of it.
 * @param {Page} page
 * @param {View} view
 * @returns {{told: string, letGo: () => void}[]}
 */
export function changesOf(page, { focus, state }) {
  const name = (/** @type {number | null} */ word) => (word ? `“${focus.sentence.words[word - 1] ?? "–"}”` : "every word");
  const found = state.knobs.map((knob) => {
    const where = knob.unit === null ? "" : ` of unit ${knob.unit}`;
    const layer = focus.run.layers === 1 ? "" : knob.layer === null ? " in all layers" : ` in layer ${knob.layer}`;
    const told = `${partName(knob.part)}${where}${layer} = ${figure(knob.value)} at ${name(knob.word)}`;
    return { told, letGo: () => page.set({ knobs: page.state.knobs.filter((one) => one !== knob) }) };
  });
  if (state.without) found.push({ told: `without ${name(state.without)}`, letGo: () => page.set({ without: 0 }) });
  if (state.swap) found.push({ told: `“${state.swapWord}” for ${name(state.swap)}`, letGo: () => page.set({ swap: 0, swapWord: "" }) });
  return found;
}

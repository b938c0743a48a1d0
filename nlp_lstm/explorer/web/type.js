/**
 * Panel 1, type: what the models say after every word, at every keystroke.
 */

import { leaning, spoken } from "./answers.js";
import { makeCard } from "./cards.js";
import { cut, percent } from "./shapes.js";
import { button, html, tableBelow } from "./table.js";
import { LONGEST_TEXT, MOST_WORDS } from "./state.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").View} View */
/** @typedef {import("./readings.js").RunReading} RunReading */

const EXAMPLES = [
  "the film was not funny",
  "the sky is blue, therefore the baby elephant is crying",
  "it looked dull, but it is great",
  "it was not a bad film",
];

/** @param {Page} page */
export function makeType(page) {
  const field = html("textarea", { id: "text", rows: "1", spellcheck: "false", autocomplete: "off" });
  const examples = EXAMPLES.map((text) => button(text, () => read(text), { class: "example" }));
  const label = html("label", { for: "text", class: "label" }, "Your sentence", html("span", { class: "hint" }, ". Press Enter, then walk through its words with \u2190 and \u2192"));
  const tried = html("div", { class: "examples" }, html("span", { class: "label" }, "or try"), ...examples);
  const typing = html("section", { class: "panel typing wide", "aria-label": "Your sentence" }, label, field, tried);

  const words = html("div", { class: "words", role: "group", "aria-label": "Words. Left and right choose one." });
  const answer = html("p", { class: "answer", "aria-live": "polite", "aria-atomic": "true" });
  const bar = html("section", { class: "bar wide", "aria-label": "The answer" }, words, answer);

  const notes = html("ul", { class: "notes" });
  const cards = html("div", { class: "cards" });
  const table = tableBelow("All answers as a table");
  const chooser = html("div", { class: "chooser", role: "group", "aria-label": "Look inside" });
  const about = html("section", { class: "panel about wide", id: "panel-type", "aria-label": "What the models say" });
  about.append(notes, cards, table.element, chooser);

  /** @param {string} text */
  const read = (text) => page.set({ text, word: 0, without: 0, swap: 0, knobs: [] });
  field.addEventListener("input", () => read(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    /** @type {HTMLElement | null} */ (words.lastElementChild)?.focus();
  });
  new ResizeObserver(() => { // what is jumped to must not lie under the bar
    document.documentElement.style.scrollPaddingTop = `${bar.offsetHeight + 12}px`;
  }).observe(bar);

  /** @param {View} view */
  function update(view) {
    if (field.value !== view.state.text) field.value = view.state.text;
    showWords(words, page, view);
    later(() => {
      fit(field);
      keepInSight(words, view.word - 1);
    });
    answer.replaceChildren(...sayAnswer(view));
    notes.replaceChildren(noteLines(view), ...view.readings.flatMap(noteUnknown), ...noteText(view));
    cards.replaceChildren(...view.readings.map((reading) => makeCard(page, view, reading)));
    chooser.replaceChildren(...makeChooser(page, view));
    table.fill(...answerTable(view));
  }
  return { element: html("div", { class: "contents" }, typing, bar, about), update };
}

let laterTimer = 0;

/** Do what must measure the page once all of it is updated. @param {() => void} measure */
function later(measure) {
  cancelAnimationFrame(laterTimer);
  laterTimer = requestAnimationFrame(measure);
}

/** Make a field as high as its text. @param {HTMLTextAreaElement} field */
function fit(field) {
  if (CSS.supports("field-sizing", "content")) return; // the style sheet does it
  field.style.height = "auto";
  if (field.scrollHeight) field.style.height = `${field.scrollHeight + 4}px`;
}

/**
 * A button for each word, coloured by what the tagger says after it; buttons are kept, so that the one in focus is.
 * @param {HTMLElement} words
 * @param {Page} page
 * @param {View} view
 */
function showWords(words, page, view) {
  const longest = longestReading(view);
  const shown = longest.sentence.words;
  while (words.children.length > shown.length) words.lastElementChild?.remove();
  while (words.children.length < shown.length) {
    const number = words.children.length + 1;
    const lines = ["word", "tag", "next"].map((name) => html("span", { class: name }));
    const one = html("button", { type: "button", class: "one" }, ...lines);
    one.addEventListener("click", () => page.set({ word: number }));
    words.append(one);
  }
  const inOrder = [view.focus, ...view.readings];
  const tagger = inOrder.find((reading) => reading.model.tags);
  const predictor = inOrder.find((reading) => !reading.model.tags);
  shown.forEach((typed, at) => {
    const one = /** @type {HTMLElement} */ (words.children[at]);
    const [big, tag, next] = /** @type {HTMLElement[]} */ ([...one.children]);
    const place = longest.place(at + 1);
    const word = place === null ? typed : longest.changed.words[place - 1];
    big.textContent = cut(word, 24);
    one.setAttribute("aria-pressed", String(at + 1 === view.word));
    one.classList.toggle("unknown", view.readings.some(({ sentence }) => sentence.unknown[at]));
    one.classList.toggle("implied", longest.sentence.hasEnd && at === shown.length - 1);
    one.classList.toggle("gone", place === null);
    one.classList.toggle("swapped", word !== typed);
    showTag(one, tag, tagger, at + 1);
    const expects = predictor && place !== null && at < predictor.sentence.words.length ? predictor.answers(at + 1)[0]?.name : "";
    next.textContent = expects ? `\u2192 ${cut(spoken(expects), 14)}` : "\u00a0";
    next.hidden = !predictor;
  });
}

/**
 * @param {HTMLElement} one the button
 * @param {HTMLElement} tag its line for what the tagger says
 * @param {RunReading|undefined} tagger
 * @param {number} word
 */
function showTag(one, tag, tagger, word) {
  const shares = tagger && word <= tagger.sentence.words.length ? tagger.says(word) : null;
  tag.textContent = shares && tagger ? tagger.answers(word)[0]?.name ?? "" : "\u00a0";
  const lean = shares && tagger ? leaning(tagger.run.labels, shares) : null;
  one.style.setProperty("--lean", `${(100 * Math.min(1, Math.abs(lean ?? 0) * 1.15)).toFixed(0)}%`);
  one.style.setProperty("--hue", (lean ?? 0) < 0 ? "var(--negative)" : "var(--positive)");
}

/** @param {HTMLElement} words @param {number} at */
function keepInSight(words, at) {
  const one = /** @type {HTMLElement|undefined} */ (words.children[at]);
  if (!one) return;
  words.scrollLeft = Math.max(0, one.offsetLeft - words.offsetLeft - words.clientWidth / 2 + one.clientWidth / 2);
  words.scrollTop = Math.max(0, one.offsetTop - words.offsetTop - words.clientHeight / 2 + one.clientHeight / 2);
}

/** The reading with the most words: where one run reads an end, it has one more. @param {View} view */
function longestReading(view) {
  return view.readings.reduce((a, b) => (b.sentence.words.length > a.sentence.words.length ? b : a));
}

/**
 * "After not, the tagger says negative, 62 %; the predictor expects a, 8 %."
 * @param {View} view
 * @returns {(Node|string)[]}
 */
function sayAnswer(view) {
  if (view.empty) return ["Type a word, and the models answer. Until then they read ", html("em", {}, "the"), "."];
  const longest = longestReading(view);
  const place = longest.place(view.word);
  const all = longest.sentence.words.length;
  // a word that is left out has no answer: the last one has
  const chosen = place === null ? (view.word === all ? all - 1 : all) : view.word;
  const word = longest.changed.words[(longest.place(chosen) ?? 1) - 1];
  /** @type {(Node|string)[]} */
  const said = longest.sentence.hasEnd && chosen === all ? ["At the end, "] : ["After ", html("em", {}, spoken(cut(word, 40))), ", "];
  if (place === null) said.unshift("You left out ", html("em", {}, longest.sentence.words[view.word - 1]), ". ");
  view.readings.forEach((reading, number) => {
    const at = Math.min(chosen, reading.sentence.words.length);
    const [best] = reading.answers(at);
    if (!best) return said.push(number ? "; " : "", `${reading.model.title} gives no number`);
    if (number) said.push("; ");
    if (at < chosen) said.push("after ", html("em", {}, spoken(cut(reading.sentence.words[at - 1], 40))), ", ");
    said.push(`${reading.model.title} ${reading.model.tags ? "says" : "expects"} `);
    const was = reading.saidBefore(at)[best.index];
    const shares = percent(best.share) + (reading.isChanged ? `, was ${percent(was)}` : "");
    said.push(html("strong", {}, spoken(best.name)), ` (${shares})`);
    return 0;
  });
  said.push(".");
  return said;
}

/** What the colours and the small lines of the words are. @param {View} view */
function noteLines(view) {
  const tagger = view.readings.find(({ model }) => model.tags);
  const leans = tagger && leaning(tagger.run.labels, tagger.says(1) ?? tagger.saidBefore(1)) !== null;
  const lines = [];
  if (tagger) lines.push(leans ? "the sentiment of the sentence up to it, from purple, negative, to green, positive" : "the label so far");
  if (view.readings.some(({ model }) => !model.tags)) lines.push("\u2192 the word expected next");
  return html("li", {}, `Under each word: ${lines.join("; ")}.`);
}

/** @param {RunReading} reading */
function noteUnknown({ sentence, model }) {
  const unknown = [...new Set(sentence.words.filter((_, at) => sentence.unknown[at]))].slice(0, 12);
  if (!unknown.length) return [];
  const names = unknown.flatMap((word, at) => [at ? ", " : "", html("em", {}, cut(word, 30))]);
  const what = unknown.length > 1 ? " are new to " : " is new to ";
  return [html("li", {}, ...names, what, `${model.title}: it reads `, html("code", {}, "<unk>"), ", one sign for all the words it never learned.")];
}

/** @param {View} view */
function noteText(view) {
  const ended = view.readings.find(({ sentence }) => sentence.hasEnd);
  const notes = [];
  if (ended) notes.push(html("li", {}, html("em", {}, "(end)"), `: your text has no stop, so ${ended.model.title} reads one after it.`));
  if (view.cut) notes.push(html("li", {}, `Your text is longer than this page takes: it reads the first ${MOST_WORDS} words, or ${LONGEST_TEXT} characters.`));
  return notes;
}

/** Which run, and which of its layers, the panels below show. @param {Page} page @param {View} view */
function makeChooser(page, view) {
  const runs = view.readings.map(({ index: place, model }) =>
    button(model.title, () => page.set({ run: place }), { "aria-pressed": String(place === view.focus.index) }));
  const count = view.focus.run.layers;
  const layers = Array.from({ length: count > 1 ? count : 0 }, (_, at) =>
    button(`layer ${at + 1}`, () => page.set({ layer: at + 1, unit: null }), { "aria-pressed": String(at + 1 === view.layer) }));
  const { cell, units } = view.focus.run;
  const facts = `${cell.toUpperCase()}, ${count === 1 ? "1 layer" : `${count} layers`} of ${units} units`;
  return [html("h2", {}, "Look inside"), html("div", { class: "choices" }, ...runs), ...(layers.length ? [html("div", { class: "choices" }, ...layers)] : []), html("span", { class: "facts" }, facts)];
}

/**
 * @param {View} view
 * @returns {[string[], string[][]]}
 */
function answerTable(view) {
  const columns = ["word", ...view.readings.map(({ run }) => run.name)];
  const rows = longestReading(view).sentence.words.map((word, at) => {
    const said = view.readings.map((reading) => {
      const best = at < reading.sentence.words.length ? reading.answers(at + 1)[0] : undefined;
      return best ? `${best.name} ${best.share.toFixed(2)}` : "\u2013";
    });
    return [`${at + 1} ${word}`, ...said];
  });
  return [columns, rows];
}

/**
 * Panel 1, type: what the models say after every word, at every keystroke.
 */

import { longestReading, makeBar, shownUnder } from "./bar.js";
import { makeCard } from "./cards.js";
import { cut } from "./shapes.js";
import { button, html, tableBelow } from "./table.js";
import { LONGEST_TEXT, MOST_WORDS, UNCHANGED } from "./state.js";

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
  const examples = EXAMPLES.filter((text) => page.runs.some(({ vocabulary }) => vocabulary.knows(text))).map((text) => button(text, () => read(text), { class: "example" }));
  const label = html("label", { for: "text", class: "label" }, "Your sentence", html("span", { class: "hint" }, ". Press Enter, then walk through its words with \u2190 and \u2192"));
  const tried = html("div", { class: "examples" }, html("span", { class: "label" }, "or try"), ...examples);
  tried.hidden = !examples.length;
  const explains = html("p", { class: "explains" }), bar = makeBar(page);
  const typing = html("section", { class: "panel typing wide", "aria-label": "Your sentence" }, label, field, tried, explains);
  const notes = html("ul", { class: "notes" });
  const cards = html("div", { class: "cards" });
  const table = tableBelow("All answers as a table");
  const chooser = html("div", { class: "chooser", role: "group", "aria-label": "Look inside" });
  const about = html("section", { class: "panel about wide", id: "panel-type", "aria-label": "What the models say" });
  about.append(notes, cards, table.element, chooser);

  /** @param {string} text */
  const read = (text) => page.set({ text, word: 0, unit: null, ...UNCHANGED });
  field.addEventListener("input", () => read(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    bar.focus();
  });

  /** @param {View} view */
  function update(view) {
    if (field.value !== view.state.text) field.value = view.state.text;
    requestAnimationFrame(() => fit(field));
    explains.textContent = tellLines(view);
    bar.update(view);
    notes.replaceChildren(...view.readings.flatMap(noteUnknown), ...noteText(view));
    cards.replaceChildren(...view.readings.map((reading) => makeCard(page, view, reading)));
    chooser.replaceChildren(...makeChooser(page, view));
    table.fill(...answerTable(view));
  }
  return { element: html("div", { class: "contents" }, typing, bar.element, about), update };
}

/** Make a field as high as its text. @param {HTMLTextAreaElement} field */
function fit(field) {
  if (CSS.supports("field-sizing", "content")) return; // the style sheet does it
  field.style.height = "auto";
  if (field.scrollHeight) field.style.height = `${field.scrollHeight + 4}px`;
}

/** What the small lines of the words are. @param {View} view */
function tellLines(view) {
  const [tagger, predictor] = [shownUnder(view, true), shownUnder(view, false)];
  const told = [...(tagger ? [`the label under a word is what ${tagger.model.title} says of the sentence up to it`] : []),
    ...(predictor ? [`\u2192 is the word that ${predictor.model.title} expects next`] : [])];
  return `Read from the left: ${told.join("; ")}.`;
}

/** @param {RunReading} reading */
function noteUnknown({ sentence, model, run }) {
  const unknown = [...new Set(sentence.words.filter((_, at) => sentence.unknown[at]))].slice(0, 12);
  if (!unknown.length) return [];
  const names = unknown.flatMap((word, at) => [at ? ", " : "", html("em", {}, cut(word, 30))]);
  const what = unknown.length > 1 ? " are new to " : " is new to ";
  const others = run.words.length < run.all_words ? `all but the ${run.words.length} words that this page keeps of it` : "all the words it never learned";
  return [html("li", {}, ...names, what, `${model.title}: it reads `, html("code", {}, "<unk>"), `, one sign for ${others}.`)];
}

/** @param {View} view */
function noteText(view) {
  const ended = view.readings.filter(({ sentence }) => sentence.hasEnd).map(({ model }) => model.title);
  const notes = [];
  if (ended.length) notes.push(html("li", {}, html("em", {}, "(end)"), `: your text has no stop, so ${ended.join(" and ")} read${ended.length > 1 ? "" : "s"} one after it.`));
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

// Panel: take hold of a gate or of a state, or change a word, and see what the model says then.

import { changesOf, compareAnswers, drawBeforeAfter, drawMoves, tellChange } from "./changes.js";
import { figure, percent } from "./shapes.js";
import { UNCHANGED } from "./state.js";
import { button, choice, html, offer, tableBelow, whenSeen } from "./table.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").View} View */
/** @typedef {import("./state.js").Knob} Knob */

/** What a button sets to 0, and what it says with the name of a word. @type {Record<string, {part: string, words: (name: string) => string}>} */
const SHUT = {
  lstm: { part: "forget_gate", words: (name) => `Forget all before “${name}” (shut the forget gates)` },
  gru: { part: "update_gate", words: (name) => `Shut all update gates at “${name}”` },
  rnn: { part: "hidden_state", words: (name) => `Empty all of h at “${name}”` },
};

/**
 * Make the panel.
 * @param {Page} page
 */
export function makeKnobs(page) {
  let part = "", allUnits = true, allWords = false;
  let known = ""; // the last knobs and opened part that were seen here: others come from outside
  const parts = choice("Hold", [], (value) => ((part = value), draw(page.view)));
  const units = choice("of", [], (value) => ((allUnits = value === "all"), draw(page.view)));
  const words = choice("at", [], (value) => ((allWords = value === "all"), draw(page.view)));
  const slider = html("input", { type: "range", id: "knob-value", "data-own-keys": "" });
  const shown = html("output", { for: "knob-value" });
  slider.addEventListener("input", () => turn(Number(slider.value)));
  const hint = html("p", { class: "note" });
  const shut = button("", () => hold({ part: SHUT[page.view.focus.run.cell].part, value: 0, layer: null, unit: null, word: page.view.word }));
  const drop = button("Leave it out", () => page.set({ without: page.view.word }));
  const swapWord = html("input", { type: "text", maxlength: "60", size: "12", "aria-label": "Word to read in its place", placeholder: "another word" });
  const swap = button("Swap", () => swapIn());
  swapWord.addEventListener("keydown", (event) => event.key === "Enter" && swapIn());
  const refused = html("span", { class: "note", role: "status" });
  const heldNow = html("ul", { class: "held" });
  const reset = button("Reset", () => page.set(UNCHANGED), { class: "reset" });
  const lead = html("div", { class: "panel-lead said", "aria-live": "polite" }), results = html("div", { class: "changes" });
  const table = tableBelow("Before and after as a table");
  const label = html("label", { class: "knob-slide" }, html("span", {}, "to"), slider, shown);
  const element = html("section", { class: "panel wide", id: "panel-knobs", "aria-labelledby": "knobs-title" },
    html("h2", { id: "knobs-title" }, "Knobs: change it and see"),
    html("div", { class: "knobs" },
      html("div", { class: "knob-row" }, parts.element, units.element, words.element, label),
      html("div", { class: "knob-row" }, shut, drop, html("span", { class: "swap" }, swapWord, swap), refused), hint),
    html("div", { class: "knob-row" }, heldNow, reset), lead, results, table.element);

  /** @param {Knob} knob */
  function hold(knob) {
    const others = page.state.knobs.filter((one) => !samePlace(one, knob));
    known = JSON.stringify([[...others, knob], page.state.opened]);
    page.set({ knobs: [...others, knob], word: page.view.word });
  }

  /** @param {number} value */
  function turn(value) {
    const { layer, unit, word } = page.view;
    hold({ part, value, layer, unit: allUnits ? null : unit, word: allWords ? null : word });
  }

  function swapIn() {
    const { focus, word } = page.view;
    const { words: typed } = focus.model.vocabulary.encode(swapWord.value, { asTyped: true });
    refused.textContent = typed.length === 1 ? "" : `Give one word: you gave ${typed.length ? `${typed.length}, ${typed.join(" | ")}` : "none"}.`;
    if (typed.length === 1) page.set({ swap: word, swapWord: typed[0] });
  }

  /** Take what can be turned from knobs of a link or of the tour, or the opened part. @param {import("./state.js").State} state */
  function takeHeld({ knobs, opened }) {
    const now = JSON.stringify([knobs, opened]), [held] = knobs.slice(-1);
    if (now === known) return;
    known = now;
    [part, allUnits, allWords] = held ? [held.part, held.unit === null, held.word === null] : [opened || part, true, false];
  }

  /** @param {View} view */
  function draw(view) {
    takeHeld(view.state);
    const { focus, layer, unit, word } = view, { cell } = focus.run, names = Object.keys(focus.before.layers[layer - 1]);
    const name = focus.sentence.words[word - 1], implied = focus.sentence.hasEnd && word === focus.sentence.words.length;
    if (!names.includes(part)) part = SHUT[cell].part;
    offer(parts.select, names.map((value) => ({ value, words: value.replace("_", " ") })));
    offer(units.select, [{ value: "all", words: `all units of layer ${layer}` }, { value: "one", words: `unit ${unit}` }]);
    offer(words.select, [{ value: "one", words: `“${name}”` }, { value: "all", words: "every word" }]);
    [parts.select.value, units.select.value, words.select.value] = [part, allUnits ? "all" : "one", allWords ? "all" : "one"];
    setSlider(slider, shown, view, part, allUnits);
    shut.textContent = SHUT[cell].words(name);
    hint.hidden = cell !== "lstm";
    hint.textContent = `A forget gate acts on what was there before its word. To forget “${name}”, choose the word after it.`;
    drop.textContent = `Leave out “${name}”`;
    swap.textContent = `Read it for “${name}”`;
    for (const one of [drop, swap, swapWord]) one.disabled = implied || (one === drop && word === focus.sentence.words.length);
    const changes = changesOf(page, view);
    heldNow.replaceChildren(...changes.map(({ told, letGo }) => html("li", {}, told, button("×", letGo, { "aria-label": `Let go: ${told}` }))));
    reset.disabled = !changes.length;
    showChange(view);
  }

  /** @param {View} view */
  function showChange(view) {
    const changed = view.readings.filter(({ isChanged }) => isChanged).map(compareAnswers);
    table.element.hidden = changed.length === 0;
    results.replaceChildren();
    if (!changed.length) return lead.replaceChildren("Nothing is changed yet. Drag the knob, or press a button: all that is read after it follows.");
    lead.replaceChildren(...changed.map((change) => html("p", {}, ...(change.finite ? tellChange(change) : [tellBroken(change.title)]))));
    const choose = (/** @type {number} */ chosen) => page.set({ word: chosen });
    results.replaceChildren(...changed.filter(({ finite }) => finite).map((change) => html("div", { class: "change" },
      html("figure", {}, html("figcaption", {}, `What ${change.title} says after the last word`), drawBeforeAfter(change)),
      html("figure", {}, html("figcaption", {}, "How far the answer moves after each word, in percent; blue: another answer comes first"),
        drawMoves(change, view.word, choose)))));
    table.fill(["after", ...changed.flatMap(({ title }) => [`${title}: moved`, "other answer"])],
      changed[0].moves.map(({ word }, at) => [word, ...changed.flatMap(({ moves }) =>
        moves[at] ? [percent(moves[at].moved), moves[at].other ? "yes" : "no"] : ["–", "–"])]));
    return undefined;
  }
  return { element, update: whenSeen(element, draw) };
}

/** @param {string} title of the model */
function tellBroken(title) {
  return `With this value ${title}'s numbers are no numbers any more (NaN), so there is nothing to draw. Press Reset. `;
}

/**
 * Give the slider the range of a part, and where it stands.
 * @param {HTMLInputElement} slider
 * @param {HTMLOutputElement} shown
 * @param {View} view
 * @param {string} part
 * @param {boolean} allUnits
 */
function setSlider(slider, shown, { focus, layer, unit, word }, part, allUnits) {
  const states = focus.before.layers[layer - 1][part];
  const at = focus.place(word) ?? 1, values = focus.after.layers[layer - 1][part][at - 1];
  const sizes = states.map((row) => row.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  const high = part === "cell_state" ? Math.ceil(Math.max(1, ...sizes.filter(Number.isFinite))) + 1 : 1;
  const now = allUnits ? values.reduce((all, value) => all + value, 0) / values.length : values[unit];
  Object.assign(slider, { min: String(part.endsWith("_gate") ? 0 : -high), max: String(high), step: String(high / 100) });
  if (document.activeElement !== slider || Math.abs(Number(slider.value) - now) > high / 50) slider.value = String(now);
  const same = values.every((value) => Math.abs(value - values[0]) < 1e-6);
  shown.textContent = allUnits && !same ? `${figure(now)} on average` : figure(now);
  slider.setAttribute("aria-label", `Value of the ${part.replace("_", " ")}`);
  slider.setAttribute("aria-valuetext", shown.textContent);
}

/**
 * Whether two knobs hold the same place.
 * @param {Knob} one
 * @param {Knob} other
 */
function samePlace(one, other) {
  return one.part === other.part && one.layer === other.layer && one.unit === other.unit && one.word === other.word;
}

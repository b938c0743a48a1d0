// Which outputs a score is about: the logit of one, towards which a text is read, less that of another.

import { leaning, spoken } from "./answers.js";
import { largest } from "./numbers.js";
import { choice, html, offer } from "./table.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").Model} Model */

const OFFERED = 6;
const VERBS = ["was", "were", "is", "are", "he", "she", "his", "her"]; // what minimal pairs ask of a predictor

/**
 * The outputs of a score.
 * @typedef {Object} Score
 * @property {number} towards place of the output
 * @property {number | null} against place of the output whose logit is taken off; null for none
 * @property {number[]} offered places from which to choose
 */

/**
 * The outputs that are chosen, or else: the likeliest of one text, against the likeliest of the other that is on the
 * opposite side of a scale of sentiments, or that is another output where there is no such scale.
 * @param {import("./state.js").State} state
 * @param {Model} model
 * @param {Float32Array} towards what the model says of the text towards whose answer it goes
 * @param {Float32Array} against what it says of the other; the same for one text alone
 * @returns {Score}
 */
export function chooseOutputs(state, model, towards, against) {
  const ranked = largest(towards, OFFERED), others = largest(against, OFFERED);
  const verbs = model.tags ? [] : VERBS.map((name) => model.names.indexOf(name)).filter((at) => at > 1);
  const tags = model.tags ? model.names.map((_, at) => at) : [];
  const named = (/** @type {string} */ name) => (name ? model.names.indexOf(name) : -1);
  const first = named(state.towards) >= 0 ? named(state.towards) : ranked[0];
  const opposite = model.tags ? largest(against, tags.length).find((at) => sideOf(model, at) * sideOf(model, first) < 0) : undefined;
  const usual = opposite ?? others.find((at) => at !== first) ?? null;
  const second = named(state.against) >= 0 && named(state.against) !== first ? named(state.against) : usual;
  const offered = tags.length ? tags : [...new Set([first, second ?? first, ...ranked, ...others, ...verbs])];
  return { towards: first, against: second, offered };
}

/** The side of a scale of sentiments that a label is on: below 0, above it, or 0. @param {Model} model @param {number} at */
function sideOf(model, at) {
  const shares = Float32Array.from(model.names, (_, place) => Number(place === at));
  return leaning(model.names, shares) ?? 0;
}

/**
 * Two choices: towards which output, and against which.
 * @param {Page} page
 */
export function outputChoices(page) {
  const names = () => page.view.focus.model.names;
  const towards = choice("Towards", [], (value) => page.set({ towards: names()[Number(value)] }));
  const against = choice("against", [], (value) => page.set({ against: names()[Number(value)] }));
  const element = html("div", { class: "knob-row" }, towards.element, against.element);
  /** @param {Score} score @param {Model} model */
  const update = (score, model) => {
    const options = score.offered.map((at) => ({ value: String(at), words: spoken(model.names[at]) }));
    offer(towards.select, options);
    offer(against.select, options);
    towards.select.value = String(score.towards);
    against.select.value = String(score.against ?? "");
  };
  return { element, update };
}

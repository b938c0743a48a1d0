/**
 * The page: runs -> readings of the text -> panels.
 *
 * A panel is `makeX(page) -> {element, update(view)}`, a file each. It shows the view and calls `page.set` with
 * what the reader chooses; then every panel is updated, and the address holds the new state.
 */

import { askOne, readHash, startState, writeHash } from "./state.js";
import { Model, readText } from "./readings.js";
import { arriveAt, button } from "./table.js";
import { makeTour } from "./tour.js";
import { makeType } from "./type.js";
import { makeStrip } from "./strip.js";
import { makeMemoryMap } from "./memory_map.js";
import { makeStep } from "./step.js";
import { makeKnobs } from "./knobs.js";
import { makeVersus } from "./versus.js";
import { makeWhy } from "./why.js";
import { makeShare } from "./share.js";

/** @typedef {import("./readings.js").View} View */
/** @typedef {import("./state.js").State} State */
/** @typedef {{element: HTMLElement, update: (view: View) => void}} Panel */

/**
 * What the panels share.
 * @typedef {object} Page
 * @property {Document} document
 * @property {Model[]} runs each with `.run` (its JSON), `.network` and `.vocabulary`
 * @property {State} state what is chosen now
 * @property {View} view what the models make of it
 * @property {(changes: Partial<State>) => void} set changes the state, the address and every panel
 */

const SHIPPED_LEAD = "Two LSTMs read your sentence: a tagger (trained on film reviews) says its sentiment, a predictor (trained on "
  + "stories) the next word. Below: their hidden states, cell states and gates, word by word.";

/** In the order of the page. @type {((page: Page) => Panel)[]} */
const PANELS = [makeTour, makeType, makeStrip, makeMemoryMap, makeStep, makeKnobs, makeVersus, makeWhy, makeShare];

/**
 * Build the page and read the first text.
 * @param {Document} document with its data in `#runs` and `<main id="page">`
 * @returns {Page}
 */
export function start(document) {
  const data = JSON.parse(document.getElementById("runs")?.textContent ?? "{}");
  /** @type {Model[]} */
  const models = data.runs.map((/** @type {any} */ run) => new Model(run));
  models.sort((a, b) => Number(b.tags) - Number(a.tags)); // taggers first
  for (const model of models) {
    // several of a kind are told apart by their names
    if (models.some((other) => other !== model && other.tags === model.tags)) model.title = model.run.name;
  }
  const state = stateOf(models, data.text, document.location.hash);
  /** @type {Page} */
  const page = {
    document,
    runs: models,
    state,
    view: readText(models, state),
    set: (changes) => change(page, panels, changes),
  };
  const panels = PANELS.map((make) => make(page));
  document.getElementById("page")?.append(...panels.map((panel) => panel.element));
  openAt(page, panels, state);
  document.defaultView?.addEventListener("hashchange", () => {
    if (document.location.hash !== writeHash(page.state)) openAt(page, panels, stateOf(models, data.text, document.location.hash));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => update(page, panels));
  document.addEventListener("keydown", (event) => steer(page, event));
  for (const kind of ["pointerdown", "focusin"]) document.addEventListener(kind, ({ target }) => look(page, target));
  const lead = document.querySelector(".lead");
  if (lead && isShippedPair(models)) lead.textContent = SHIPPED_LEAD;
  const [title] = document.getElementsByTagName("h1"), [cell, ...others] = new Set(models.map(({ run }) => run.cell));
  title.textContent = document.title = `Watch ${others.length ? "recurrent networks" : cell === "gru" ? "a GRU" : `an ${cell.toUpperCase()}`} read`;
  lead?.after(button("Start again", () => {
    page.set(stateOf(models, data.text, ""));
    window.scrollTo(0, 0);
  }, { class: "again" }));
  return page;
}

/**
 * The state that an address holds; without one, the page opens at a word of its text that turns it around.
 * @param {Model[]} models
 * @param {string} text
 * @param {string} hash
 */
function stateOf([model], text, hash) {
  if (hash.length > 1) return readHash(hash, text);
  return { ...startState(text), word: model.vocabulary.encode(text, { asTyped: true }).words.indexOf("not") + 1 };
}

/** Whether the page holds just the two runs that come with the package. @param {Model[]} models */
function isShippedPair(models) {
  return models.length === 2 && models.every(({ run }) => run.shipped) && models[0].tags && !models[1].tags;
}

/** Keep in mind which panel is used: the link opens there. @param {Page} page @param {EventTarget | null} target */
function look(page, target) {
  const panel = target instanceof Element && target.closest("[id^=panel-]:not(#panel-share), .typing");
  if (!panel) return;
  page.state.panel = panel.id.replace("panel-", "");
  remember(page);
}

/** @param {Page} page @param {Panel[]} panels @param {Partial<State>} changes */
function change(page, panels, changes) {
  show(page, panels, askOne(changes, page.state));
  remember(page);
}

/** Show a state and what was looked at in it. @param {Page} page @param {Panel[]} panels @param {State} state */
function openAt(page, panels, state) {
  show(page, panels, state);
  if (state.panel) arriveAt(document.getElementById(`panel-${state.panel}`));
}

/** @param {Page} page @param {Panel[]} panels @param {State} state */
function show(page, panels, state) {
  const run = Math.min(state.run, page.runs.length - 1);
  const layer = state.layer > page.runs[run].run.layers ? 0 : state.layer;
  const knobs = state.knobs.filter((knob) => isThere(page.runs[run], knob));
  page.view = readText(page.runs, { ...state, run, layer, knobs });
  page.state = page.view.state = { ...page.view.state, unit: page.view.unit }; // it stays while words are chosen
  update(page, panels);
}

/** @param {Page} page @param {Panel[]} panels */
function update(page, panels) {
  for (const panel of panels) panel.update(page.view);
}

/** Whether a run has the part, layer and unit of a knob. @param {Model} model @param {import("./state.js").Knob} knob */
function isThere({ run, network }, { part, layer, unit }) {
  return network.cell.parts.includes(part) && (layer ?? 1) <= run.layers && (unit ?? 0) < run.units;
}

let hashTimer = 0;

/** Write the state into the address, not more often than browsers allow. @param {Page} page */
function remember(page) {
  clearTimeout(hashTimer);
  hashTimer = setTimeout(() => {
    try {
      history.replaceState(null, "", writeHash(page.state) || "#");
    } catch {
      // a frame without an address of its own, as in a notebook: the link is made by the share panel
    }
  }, 250);
}

/**
 * Left and right choose a word, up and down a unit, wherever no field takes these keys itself.
 * @param {Page} page
 * @param {KeyboardEvent} event
 */
function steer(page, event) {
  const target = /** @type {Element|null} */ (event.target);
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (target?.closest("input, textarea, select, [data-own-keys]")) return;
  const { focus, word, unit, order } = page.view;
  const along = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const across = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (along) page.set({ word: Math.min(Math.max(word + along, 1), focus.sentence.words.length) });
  // up and down scroll the page unless the reader is in the strip or among the units
  else if (across && target?.closest("[data-units]")) {
    page.set({ unit: order[(order.indexOf(unit) + across + order.length) % order.length] });
  } else return;
  event.preventDefault();
}

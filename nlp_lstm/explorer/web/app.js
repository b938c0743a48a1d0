/**
 * The page: runs -> readings of the text -> panels.
 *
 * A panel is `makeX(page) -> {element, update(view)}`, a file each. It shows the view and calls `page.set` with
 * what the reader chooses; then every panel is updated, and the address holds the new state.
 */

import { askOne, readHash, writeHash } from "./state.js";
import { Model, readText } from "./readings.js";
import { html } from "./table.js";
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
 * @property {boolean} still whether the reader likes less motion
 * @property {string} docs address of the documentation, or ""
 * @property {string} version of nlp-lstm
 */

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
  const state = readHash(document.location.hash, data.text);
  /** @type {Page} */
  const page = {
    document,
    runs: models,
    state,
    view: readText(models, state),
    set: (changes) => change(page, panels, changes),
    still: matchMedia("(prefers-reduced-motion: reduce)").matches,
    docs: data.docs ?? "",
    version: data.version ?? "",
  };
  const panels = PANELS.map((make) => make(page));
  document.getElementById("page")?.append(...panels.map((panel) => panel.element));
  show(page, panels, state);
  document.defaultView?.addEventListener("hashchange", () => {
    if (document.location.hash !== writeHash(page.state)) show(page, panels, readHash(document.location.hash, data.text));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => update(page, panels));
  document.addEventListener("keydown", (event) => steer(page, event));
  nameDocs(document, page.docs);
  document.getElementById(`panel-${page.state.panel}`)?.scrollIntoView();
  return page;
}

/** Link to the documentation, where the page knows its address. @param {Document} document @param {string} docs */
function nameDocs(document, docs) {
  if (!docs.startsWith("https://")) return;
  const link = html("a", { href: docs, rel: "noreferrer" }, "What all of this means, and how it was measured");
  document.querySelector("footer")?.append(html("p", {}, link));
}

/** @param {Page} page @param {Panel[]} panels @param {Partial<State>} changes */
function change(page, panels, changes) {
  show(page, panels, askOne(changes, page.state));
  remember(page);
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

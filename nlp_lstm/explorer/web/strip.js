/**
 * Panel 2, strip: every unit at every word, h above c above the gates, on one scale; and the curves of one unit.
 */

import { drawCurves } from "./curves.js";
import { largest } from "./numbers.js";
import { orderedParts, SIGNS } from "./parts.js";
import { figure, partColour } from "./shapes.js";
import { layOut, paint, placeAt, markChosen } from "./strip_drawing.js";
import { button, choice, html, tableBelow, tellWhere, whenSeen } from "./table.js";
import { mostChanged } from "./readings.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").View} View */

const MOST_CHANGED = 5, SHUT_GATE = 0.1, PAPER_WIDE = 640; // pixels: less than between the margins of a page

/** @param {Page} page */
export function makeStrip(page) {
  const canvas = html("canvas", { "aria-hidden": "true" });
  const marks = html("div", { class: "marks", "aria-hidden": "true" });
  const map = html("div", { class: "map", tabindex: "0", role: "group", "data-units": "" }, canvas, marks);
  const under = html("p", { class: "under" });
  const legend = html("p", { class: "legend" });
  const moved = html("div", { class: "moved" });
  const number = html("input", { type: "number", min: "0", step: "1", id: "unit", "data-own-keys": "" });
  const pick = html("label", { class: "pick" }, "Unit ", number);
  const order = choice("Rows by", [{ value: "value", words: "value at the end" }, { value: "number", words: "number" }], (value) => page.set({ order: value }));
  const count = html("span");
  const lead = html("p", { class: "panel-lead" }, "A column is a word, a row is a unit: one of the ", count, " numbers in each state.", html("span", { class: "press" }, " Click one, or press \u2191 \u2193."));
  const curves = html("div", { class: "curves" });
  const table = tableBelow("The chosen unit as a table");
  const heading = html("h2", { id: "unit-title" }, "One unit, word by word");
  const one = html("section", { class: "panel", id: "panel-unit", "aria-labelledby": "unit-title" });
  one.append(heading, under, curves, table.element);
  const title = html("h2", { id: "strip-title" }, "All units, word by word");
  const element = html("section", { class: "panel strip", id: "panel-strip", "aria-labelledby": "strip-title" });
  element.append(title, lead, html("div", { class: "picks", "data-units": "" }, moved, pick, order.element), legend, map);

  tellWhere(element, under);
  number.addEventListener("input", () => number.value !== "" && page.set({ unit: Number(number.value) }));
  map.addEventListener("click", (event) => {
    const place = placeAt(layOut(page.view, map.clientWidth), event.offsetX, event.offsetY);
    if (place) page.set({ unit: page.view.order[place.row], word: wordOf(page.view, place.word) });
  });
  map.addEventListener("pointermove", (event) => {
    const place = placeAt(layOut(page.view, map.clientWidth), event.offsetX, event.offsetY);
    under.replaceChildren(...(place ? tellPlace(page.view, page.view.order[place.row], place.word) : tellChosen(page.view)));
  });
  map.addEventListener("pointerleave", () => under.replaceChildren(...tellChosen(page.view)));
  // widths are told, not asked for: asking lays the page out once more at every key
  const widths = { map: 0, curves: 0, paper: 0 };
  const observer = new ResizeObserver((sizes) => {
    for (const { target, contentRect } of sizes) widths[target === map ? "map" : "curves"] = contentRect.width;
    drawMap(page.view);
    drawUnit(page.view);
  });
  observer.observe(map);
  observer.observe(curves);

  /** @param {View} view */
  function drawMap(view) {
    if (!widths.map) return;
    const { run } = view.focus;
    const layout = layOut(view, widths.paper || widths.map);
    order.select.value = view.state.order;
    number.max = String(run.units - 1);
    count.textContent = String(run.units);
    if (document.activeElement !== number) number.value = String(view.unit);
    map.setAttribute("aria-label", `Units of ${run.name}, layer ${view.layer}. Left and right choose a word, up and down a unit.`);
    map.style.height = `${layout.height}px`;
    moved.replaceChildren(...makeMoved(page, view));
    legend.replaceChildren(...makeLegend(layout));
    paint(canvas, view, layout);
    markChosen(marks, view, layout);
  }

  /** @param {View} view */
  function drawUnit(view) {
    if (!widths.curves) return;
    heading.textContent = `Unit ${view.unit}, word by word`;
    under.replaceChildren(...tellChosen(view));
    curves.replaceChildren(drawCurves(view, widths.curves));
  }

  for (const [when, wide] of /** @type {[string, number][]} */ ([["beforeprint", PAPER_WIDE], ["afterprint", 0]])) {
    window.addEventListener(when, () => {
      widths.paper = wide;
      drawMap(page.view);
    });
  }
  matchMedia("print").addEventListener("change", () => drawMap(page.view)); // paper is light
  const updates = [whenSeen(element, drawMap), whenSeen(one, drawUnit)];
  const update = (/** @type {View} */ view) => {
    updates.forEach((draw) => draw(view));
    table.fill(...unitTable(view)); // a table may be open where no picture is seen
  };
  return { element: html("div", { class: "contents" }, element, one), update };
}

/** The number in the sentence as it stands of a word of the changed one. @param {View} view @param {number} at */
function wordOf(view, at) {
  const { focus } = view;
  for (let word = 1; word <= focus.sentence.words.length; word++) if (focus.place(word) === at) return word;
  return at;
}

/** Buttons for the units that moved most at the chosen word, and for those that hold much and show little. @param {Page} page @param {View} view */
function makeMoved(page, view) {
  const { focus, layer, word, unit: chosen } = view, name = html("em", {}, focus.sentence.words[word - 1]);
  const { cell_state: c, output_gate: o } = focus.after.layers[layer - 1], at = (focus.place(word) ?? Math.max(2, word) - 1) - 1;
  const one = (/** @type {number} */ unit, /** @type {string} */ title, /** @type {number} */ value, sign = value > 0 ? "+" : "") => {
    const found = button(`${unit}`, () => page.set({ unit }), { class: "unit", title, "aria-pressed": String(unit === chosen) });
    found.append(html("span", { class: value > 0 ? "up" : "down" }, ` ${sign}${figure(value)}`));
    return found;
  };
  const moved = mostChanged(focus, layer, word, MOST_CHANGED).map(({ unit, from, to }) =>
    one(unit, `Unit ${unit}: ${c ? "c" : "h"} went from ${figure(from)} to ${figure(to)}`, to - from));
  const rows = [html("span", { class: "label" }, "Most changed at ", name, `, by ${c ? "c" : "h"}:`), ...moved];
  if (!c) return rows;
  const hidden = largest(c[at].map((value, unit) => (o[at][unit] < SHUT_GATE ? Math.abs(value) : 0)), MOST_CHANGED).filter((unit) => o[at][unit] < SHUT_GATE);
  const held = hidden.map((unit) => one(unit, `Unit ${unit}: c is ${figure(c[at][unit])}, and its output gate ${figure(o[at][unit])}`, c[at][unit], ""));
  return held.length ? [...rows, html("span", { class: "label" }, "Held but not shown at ", name.cloneNode(true), `, c with o < ${SHUT_GATE}:`), ...held] : rows;
}

/** @param {View} view */
function tellChosen(view) {
  const at = view.focus.place(view.word);
  return at === null ? ["This word is left out."] : tellPlace(view, view.unit, at);
}

/**
 * "Unit 17 at not: h 0.12, c 0.55, ..."
 * @param {View} view
 * @param {number} unit
 * @param {number} at number of the word in the changed sentence
 * @returns {(Node|string)[]}
 */
function tellPlace(view, unit, at) {
  const parts = view.focus.after.layers[view.layer - 1];
  const values = orderedParts(parts).flatMap((part) => {
    const sign = html("b", {}, SIGNS[part]);
    sign.style.color = partColour(part);
    return [" ", sign, `\u00a0${figure(parts[part][at - 1][unit])}`];
  });
  return [`Unit ${unit} at `, html("em", {}, view.focus.changed.words[at - 1]), ":", ...values];
}

/** @param {import("./strip_drawing.js").Layout} layout */
function makeLegend({ largest, beyond }) {
  const [low, high] = beyond ? ["\u2264\u00a0", "\u2265\u00a0"] : ["", ""];
  return [html("span", {}, `${low}\u2212${largest}`), html("span", { class: "ramp", role: "img", "aria-label": "brown below 0, teal above" }), html("span", {}, `${high}+${largest}`), html("span", {}, "brown below 0, teal above; one scale for all maps")];
}

/**
 * @param {View} view
 * @returns {[string[], string[][]]}
 */
function unitTable(view) {
  const parts = view.focus.after.layers[view.layer - 1];
  const names = orderedParts(parts);
  const rows = view.focus.changed.words.map((word, at) => [`${at + 1} ${word}`, ...names.map((part) => figure(parts[part][at][view.unit], 3))]);
  return [["word", ...names], rows];
}

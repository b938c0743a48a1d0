/**
 * What one model says after the chosen word, as bars: a part of the panel "type".
 */

import { leaning, spoken } from "./answers.js";
import { percent } from "./shapes.js";
import { button, html } from "./table.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").View} View */
/** @typedef {import("./readings.js").RunReading} RunReading */

/**
 * What one model says after the chosen word, as bars.
 * @param {Page} page
 * @param {View} view
 * @param {RunReading} reading
 */
export function makeCard(page, view, reading) {
  const at = Math.min(view.word, reading.sentence.words.length);
  const { tags, title } = reading.model;
  const best = tags ? reading.answers(at, 9).sort((a, b) => a.index - b.index) : reading.answers(at, 6);
  const top = Math.max(...best.map(({ share }) => share), 0);
  const rows = best.map(({ name, share, index: place }) => {
    const fill = html("span", { class: "fill" });
    fill.style.width = `${100 * share}%`;
    if (tags) paintLabel(fill, reading.run.labels, place);
    const writes = tags || name === "<eos>" ? null : () => page.set({ text: `${view.state.text.trimEnd()} ${name}`, word: 0 });
    const what = writes ? button(spoken(name), writes, { class: "write", title: "Write this word" }) : html("span", {}, spoken(name));
    return html("li", { class: share === top ? "best" : "" }, html("span", { class: "name" }, what), html("span", { class: "track" }, fill), html("span", { class: "share" }, percent(share)));
  });
  const asks = !tags ? "The next word" : reading.run.task === "sentiment" ? "The sentiment so far" : "The label";
  const heading = html("h2", {}, `${asks}, says ${title}`, ...(title === reading.run.name ? [] : [" ", html("span", { class: "run" }, reading.run.name)]));
  return html("section", { class: "card", "aria-label": `${asks}, says ${title}` }, heading, html("ol", { class: "bars" }, ...rows));
}

/** @param {HTMLElement} fill @param {string[]} labels @param {number} place */
function paintLabel(fill, labels, place) {
  const one = labels.map((_, at) => Number(at === place));
  const lean = leaning(labels, Float32Array.from(one));
  if (lean === null) return;
  const strength = lean ? 45 + 55 * Math.abs(lean) : 0;
  const end = lean ? "--paper" : "--soft-line";
  fill.style.background = `color-mix(in srgb, var(${lean < 0 ? "--negative" : "--positive"}) ${strength}%, var(${end}))`;
}

// Panel: how much each word speaks for an answer, and against another one; all shares add up to the score.

import { spoken } from "./answers.js";
import { chooseOutputs, outputChoices } from "./outputs.js";
import { box, cut, drawing, figure, line, shape, written } from "./shapes.js";
import { withSign } from "./sums.js";
import { html, tableBelow, whenSeen } from "./table.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").View} View */
/** @typedef {import("./attribution.js").Attribution} Attribution */

const MOST_ASKED = 60, REST = 200; // words; milliseconds after the last key
const NO_NUMBERS = "The answer is no number (NaN), so there is nothing to draw.";

/**
 * Make the panel.
 * @param {Page} page
 */
export function makeWhy(page) {
  const before = html("p", { class: "note" }, "The knobs are left out here: this explains what was said before them."), lead = html("p", { class: "panel-lead said", "aria-live": "polite" });
  const choices = outputChoices(page), picture = html("div", { class: "why" });
  const note = html("p", { class: "note" }), table = tableBelow("The shares as a table");
  const element = html("section", { class: "panel", id: "panel-why", "aria-labelledby": "why-title" },
    html("h2", { id: "why-title" }, "Why: each word's share in the answer"), choices.element, before, lead, picture, note, table.element);
  let asked = "", timer = 0;

  /** @param {View} view */
  function draw({ focus, word: chosen, state }) {
    const { model, network, changed } = focus, word = focus.place(chosen) ?? Math.max(1, chosen - 1);
    const said = (state.knobs.length ? null : focus.says(chosen)) ?? focus.saidBefore(chosen);
    const score = chooseOutputs(state, model, said, said);
    choices.update(score, model);
    const ids = changed.ids.slice(0, word), words = changed.words.slice(0, word);
    before.hidden = !state.knobs.length;
    const now = `${focus.index} ${score.towards} ${score.against} ${ids}`;
    if (now === asked) return;
    asked = now;
    clearTimeout(timer);
    picture.classList.remove("waits");
    if (word > MOST_ASKED || !said.every(Number.isFinite)) {
      picture.replaceChildren();
      note.textContent = "";
      return lead.replaceChildren(word > MOST_ASKED ? `This panel takes up to ${MOST_ASKED} words. Choose an earlier word.` : NO_NUMBERS);
    }
    picture.classList.add("waits");
    timer = window.setTimeout(async () => {
      const stopped = () => asked !== now;
      const found = await network.attribute(ids, score.towards, score.against, { stopped });
      if (stopped()) return;
      const names = [score.towards, score.against ?? -1].map((at) => spoken(model.names[at] ?? "all else"));
      show(words, found, names);
    }, REST);
    return undefined;
  }

  /** @param {string[]} words @param {Attribution} found @param {string[]} names */
  function show(words, found, names) {
    picture.classList.remove("waits");
    lead.replaceChildren(...tellShares(words, found, names));
    const gained = found.score - found.nothing;
    picture.replaceChildren(drawShares(words, found, names, (word) => page.set({ word })));
    note.textContent = `In logits, by integrated gradients over ${found.points} points. The words bring the score from `
      + `${figure(found.nothing)}, of as many empty words, to ${figure(found.score)}: ${withSign(gained)}. `
      + `Their shares add up to it within ${found.error < 0.0005 ? "0.001" : figure(found.error, 3)}.`;
    const sum = found.words.reduce((all, value) => all + value, 0);
    table.fill(["word", "share"], [...words.map((word, at) => [word, figure(found.words[at], 4)]), ["sum", figure(sum, 4)]]);
  }
  return { element, update: whenSeen(element, draw) };
}

/**
 * Which words speak most for and against the answer.
 * @param {string[]} words
 * @param {Attribution} found
 * @param {string[]} names of the outputs
 * @returns {(Node | string)[]}
 */
function tellShares(words, found, [towards, against]) {
  if (![...found.words, found.score].every(Number.isFinite)) return [NO_NUMBERS];
  const shares = [...found.words], most = shares.indexOf(Math.max(...shares)), least = shares.indexOf(Math.min(...shares));
  const bold = (/** @type {string} */ word) => html("b", {}, word);
  const told = [bold(spoken(words[most])), " speaks most for ", bold(towards), ` against ${against}: ${withSign(shares[most])}`];
  if (shares[most] <= 0) return ["No word speaks for ", bold(towards), ` against ${against}.`];
  if (shares[least] >= 0) return [...told, "; no word speaks against it."];
  return [...told, "; ", bold(spoken(words[least])), ` most against it: ${withSign(shares[least])}.`];
}

/**
 * A bar for each word, to the right if it speaks for the output, and the sum.
 * @param {string[]} words
 * @param {Attribution} found
 * @param {string[]} names of the outputs
 * @param {(word: number) => void} choose
 */
function drawShares(words, found, [towards, against], choose) {
  const wide = matchMedia("(max-width: 640px)").matches ? 362 : 460, left = 110, room = wide - left - 68, height = 26, top = 26;
  const sum = found.words.reduce((all, value) => all + value, 0), all = [...found.words, sum].filter(Number.isFinite);
  const high = Math.max(0.1, ...all), low = Math.min(-0.1, ...all);
  const x = (/** @type {number} */ value) => left + 58 + ((value - low) / (high - low)) * (room - 58);
  const last = top + words.length * height;
  const shapes = [
    written(x(0) - 8, 14, `← ${cut(against, 14)}`, { size: 16, anchor: "end", fill: "var(--below-zero)" }),
    written(x(0) + 8, 14, `${cut(towards, 14)} →`, { size: 16, anchor: "start", fill: "var(--above-zero)" }),
    line([[x(0), 20], [x(0), last + height + 6]], { stroke: "var(--soft)", width: 1 }),
    line([[0, last + 2], [wide, last + 2]], { stroke: "var(--line)", width: 1 }),
  ];
  const bar = (/** @type {string} */ name, /** @type {number} */ value, /** @type {number} */ y, total = false) => {
    const fill = total ? "var(--ink)" : `var(${value < 0 ? "--below-zero" : "--above-zero"})`;
    const length = Math.abs(x(value) - x(0)), right = value >= 0;
    return shape("g", { class: "pick" }, box(0, y, wide, height, { fill: "transparent" }),
      written(left - 8, y + 18, cut(name, 14), { anchor: "end", size: 16, bold: total }),
      box(Math.min(x(0), x(value)), y + 4, Math.max(1, length), 18, { fill, rx: 1.5 }),
      written(x(value) + (right ? 7 : -7), y + 18, withSign(value), { size: 16, anchor: right ? "start" : "end", bold: total }));
  };
  words.forEach((word, at) => {
    const mark = bar(word, found.words[at], top + at * height);
    mark.addEventListener("click", () => choose(at + 1));
    shapes.push(mark);
  });
  shapes.push(bar("the sum", sum, last + 4, true));
  return drawing(wide, last + height + 10, `Each word's share in the score of ${towards} against ${against}`, shapes);
}

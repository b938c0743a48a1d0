// Panel: one step of the cell, for the chosen word and unit, with its numbers and the sums that they come from.

import { drawCell } from "./cell_drawing.js";
import { figure, index, partColour, percent } from "./shapes.js";
import { drawSquash, drawSum, termRows } from "./sums.js";
import { button, html, tableBelow, whenSeen } from "./table.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").View} View */
/** @typedef {import("./sums.js").SumRow} SumRow */

const TERMS_SHOWN = 5, PACE = 1100; // milliseconds per word when it plays
/** @type {Record<string, string>} */
const EQUATIONS = {
  forget_gate: "f = σ(x W_f + h U_f + b_f)", input_gate: "i = σ(x W_i + h U_i + b_i)",
  output_gate: "o = σ(x W_o + h U_o + b_o)", candidate: "g = tanh(x W_g + h U_g + b_g)",
  update_gate: "z = σ(x W_z + h U_z + b_z)", reset_gate: "r = σ(x W_r + h U_r + b_r)",
  gru_candidate: "g = tanh(x W_g + r · (h U_g) + b_g)", hidden_state: "h = tanh(x W + h U + b)",
};
/** @type {Record<string, string>} */
const FIRST_OPENED = { lstm: "forget_gate", gru: "update_gate", rnn: "hidden_state" };

/**
 * Make the panel.
 * @param {Page} page
 */
export function makeStep(page) {
  let playing = 0, moves = false;
  const title = html("p", { class: "panel-lead said", "aria-live": "polite" });
  const picture = html("div", { class: "step-cell" }), opened = html("div", { class: "step-opened" });
  const sums = html("div", { class: "step-sums" }), table = tableBelow("The numbers of this step");
  const move = (/** @type {number} */ by) => {
    const { word, focus } = page.view;
    moves = true;
    page.set({ word: Math.max(1, Math.min(focus.sentence.words.length, word + by)) });
    moves = false;
  };
  const stop = () => {
    clearInterval(playing);
    playing = 0;
    play.textContent = "▶ Play the sentence";
  };
  const play = button("▶ Play the sentence", () => {
    if (playing) return stop();
    page.set({ word: 1 });
    play.textContent = "❚❚ Stop";
    playing = window.setInterval(() => {
      if (page.view.word >= page.view.focus.sentence.words.length) stop();
      else move(1);
    }, PACE);
  });
  const buttons = html("div", { class: "buttons" },
    button("←", () => move(-1), { "aria-label": "Word before" }), play,
    button("→", () => move(1), { "aria-label": "Next word" }));
  const element = html("section", { class: "panel wide", id: "panel-step", "aria-labelledby": "step-title" },
    html("h2", { id: "step-title" }, "One step of the cell"), title, buttons,
    html("div", { class: "step-grid" }, picture, opened, sums), table.element);

  const open = (/** @type {string} */ name) => page.set({ opened: name });

  /** @param {View} view */
  function draw(view) {
    const step = stepOf(view);
    const opens = step.parts.filter((name) => step.cell === "rnn" || !name.endsWith("_state"));
    const part = opens.includes(view.state.opened) ? view.state.opened : FIRST_OPENED[step.cell];
    title.replaceChildren(`Unit ${view.unit} of layer ${view.layer} reads `, html("b", {}, step.word), `. ${told(step)}`);
    const label = `One step of the ${step.cell.toUpperCase()} at ${step.word}`;
    const active = document.activeElement, focused = picture.contains(active) ? active?.getAttribute("data-part") : null;
    picture.replaceChildren(drawCell({ ...step, chosen: part, choose: open }, label));
    if (focused) /** @type {SVGElement | null} */ (picture.querySelector(`[data-part="${focused}"]`))?.focus();
    picture.classList.toggle("moves", moves);
    const terms = view.focus.network.terms(view.focus.after, view.layer, step.t, view.unit, part);
    opened.replaceChildren(...openPart(step, part, terms));
    sums.replaceChildren(...addUp(step));
    table.fill(["number", "value"], [...tableRows(step), ...terms.slice(0, 20).map((term) => [term.name, figure(term.value, 6)])]);
  }

  element.addEventListener("keydown", ({ key }) => key === "Escape" && stop());
  return { element, update: whenSeen(element, draw) };
}

/**
 * The numbers of one unit at the chosen word, by the names of the equations.
 * @param {View} view
 */
function stepOf({ focus, layer, unit, word }) {
  const t = focus.place(word) ?? Math.max(1, word - 1), now = focus.after.layers[layer - 1];
  const begun = focus.after.initial[layer - 1] ?? {};
  const value = (/** @type {string} */ name, /** @type {number} */ at) =>
    at > 0 ? now[name][at - 1][unit] : begun[name]?.[unit] ?? 0;
  const parts = Object.keys(now);
  /** @type {Record<string, number>} */
  const values = { h_before: value("hidden_state", t - 1) };
  for (const name of parts) values[name] = value(name, t);
  if (focus.run.cell === "lstm") {
    values.c_before = value("cell_state", t - 1);
    values.kept = values.forget_gate * values.c_before;
    values.written = values.input_gate * values.candidate;
    values.tanh_cell_state = Math.tanh(values.cell_state);
  } else if (focus.run.cell === "gru") {
    values.kept = values.update_gate * values.h_before;
    values.written = (1 - values.update_gate) * values.candidate;
  }
  const carried = focus.run.cell === "lstm" ? "cell_state" : "hidden_state";
  const sizes = now[carried].map((_, at) => Math.abs(value(carried, at + 1))).filter(Number.isFinite);
  const read = focus.changed.words[t - 1];
  return { cell: focus.run.cell, t, word: read, values, parts, layer, largest: Math.max(0.25, ...sizes) };
}

/** @typedef {ReturnType<typeof stepOf>} OneStep */

/**
 * What the step does, in a sentence.
 * @param {OneStep} step
 */
function told({ cell, t, values }) {
  if (!Object.values(values).every(Number.isFinite)) return "Its numbers are no numbers any more: reset the knobs.";
  if (cell === "rnn") return `It has no gate: h is made anew, ${figure(values.hidden_state)}.`;
  const [gate, before, now, letter] = cell === "lstm"
    ? [values.forget_gate, values.c_before, values.cell_state, "c"]
    : [values.update_gate, values.h_before, values.hidden_state, "h"];
  const change = `${letter}${index(t)}\u00a0=\u00a0${figure(now)}`;
  if (Math.abs(before) < 0.005) return `It held nothing; it writes ${figure(values.written)}: ${change}.`;
  const kept = `It keeps ${percent(gate)} of ${letter}${index(t - 1)}\u00a0=\u00a0${figure(before)}`;
  return `${kept} and writes ${figure(values.written)}: ${change}.`;
}

/**
 * A part opened into the largest terms of its sum, and the curve that squashes it.
 * @param {OneStep} step
 * @param {string} part
 * @param {{name: string, value: number}[]} terms
 */
function openPart({ cell, values, word }, part, terms) {
  const sigmoid = part.endsWith("_gate"), sum = terms.reduce((all, { value }) => all + value, 0);
  const equation = EQUATIONS[cell === "gru" && part === "candidate" ? "gru_candidate" : part];
  const name = part === "hidden_state" ? "h" : part.replace("_", " ");
  const label = `The largest terms of the sum of the ${name} at ${word}`;
  const squashed = sigmoid ? 1 / (1 + Math.exp(-sum)) : Math.tanh(sum), held = Math.abs(squashed - values[part]) > 1e-3;
  const came = `${sigmoid ? "σ" : "tanh"}(${figure(sum)}) = ${figure(squashed)}`;
  const heading = html("h3", {}, `Open: ${name}`);
  heading.style.setProperty("--part", partColour(part));
  return [
    heading,
    html("div", { class: "opened-top" },
      html("div", { class: "squash" }, drawSquash(sigmoid, sum, squashed, part)),
      html("p", { class: "equation" }, html("code", {}, equation), html("br"), html("b", {}, came))),
    ...(held ? [html("p", { class: "note" }, `A knob holds it at ${figure(values[part])} instead.`)] : []),
    drawSum(termRows(terms, TERMS_SHOWN), label, 0.5),
  ];
}

/**
 * What was kept and what was written, as bars that add up; then what is shown of it.
 * @param {OneStep} step
 */
function addUp({ cell, t, values, largest }) {
  if (cell === "rnn") return [];
  const lstm = cell === "lstm", letter = lstm ? "c" : "h", fill = partColour(lstm ? "cell_state" : "hidden_state");
  const [gate, before] = lstm ? [values.forget_gate, values.c_before] : [values.update_gate, values.h_before];
  const rest = lstm ? values.input_gate : 1 - values.update_gate;
  const old = `${letter}${index(t - 1)}`, now = `${letter}${index(t)}`;
  const words = lstm ? ["f", "i · g"] : ["z", "(1 − z) · g"];
  /** @type {SumRow[]} */
  const rows = [
    { name: `${words[0]} · ${old}`, from: 0, to: values.kept, ghost: before, fill },
    { name: words[1], from: values.kept, to: values.kept + values.written, fill: partColour("candidate") },
    { name: now, from: 0, to: values[lstm ? "cell_state" : "hidden_state"], fill, total: true },
  ];
  if (lstm) {
    const blue = partColour("hidden_state");
    rows.push({ name: `h${index(t)} = o · tanh ${now}`, from: 0, to: values.hidden_state, fill: blue, ghost: values.tanh_cell_state });
  }
  const head = `${now} = ${words[0]} · ${old} + ${words[1]}`;
  const product = (/** @type {number} */ a, /** @type {number} */ b) => `${figure(a)} · ${figure(b)}`;
  const sum = `= ${product(gate, before)} + ${product(rest, values.candidate)}`;
  return [html("h3", {}, "It adds up"),
    html("p", { class: "equation" }, html("code", {}, head), html("b", {}, `${sum} = ${figure(rows[2].to)}`)),
    drawSum(rows, `${head}: ${figure(rows[2].to)}`, largest),
    ...(lstm ? [html("p", { class: "equation" }, html("code", {}, `h${index(t)} = o · tanh(${now})`),
      html("b", {}, `= ${product(values.output_gate, values.tanh_cell_state)} = ${figure(values.hidden_state)}`))] : []),
    html("p", { class: "note" }, `Dashed: what there was before the ${lstm ? "gate" : "update gate"} took its share.`)];
}

/**
 * The numbers of the step, for the table.
 * @param {OneStep} step
 */
function tableRows({ values }) {
  return Object.entries(values).map(([name, value]) => [name.replaceAll("_", " "), figure(value, 6)]);
}

/**
 * The tour: nine stops, each a state of the page with three sentences, something to do and something to guess.
 *
 * It stands at the top, and moves to the panel that a stop is about. A page without the runs that come with the
 * package leaves out the stops that need them.
 */

import { startState } from "./state.js";
import { TOUR } from "./stops.js";
import { arriveAt, button, choice, html, offer } from "./table.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").View} View */
/** @typedef {import("./readings.js").Model} Model */
/** @typedef {import("./stops.js").Stop} Stop */
/** @typedef {import("./state.js").State} State */

/** @param {Page} page */
export function makeTour(page) {
  const stops = TOUR.filter((stop) => isShown(stop, page.runs));
  const heading = html("h2", { id: "tour-title", tabindex: "-1" });
  const body = html("div", { class: "tour-body" });
  const answer = html("p", { class: "tour-answer", id: "tour-answer", "aria-live": "polite" });
  const guess = button("", () => guessed(), { "aria-controls": "tour-answer" });
  const source = html("p", { class: "note" });
  const chosen = choice("Stop", [], (value) => go(Number(value), chosen.select));
  const [back, next] = [button("Previous stop", () => step(-1)), button("", () => step(1))];
  const again = button("Set the page up again", () => go(shown));
  const leave = button("End the tour", () => go(0));
  const buttons = html("div", { class: "buttons" }, back, chosen.element, next, again, leave);
  const element = html("section", { class: "tour wide", id: "panel-tour", "aria-labelledby": "tour-title" });
  const home = html("div", { class: "contents" }, element);
  offer(chosen.select, stops.map((stop, at) => ({ value: numberOf(stop), words: `${at + 1} of ${stops.length}: ${stop.title}` })));
  element.addEventListener("keydown", ({ key }) => key === "Escape" && shown && go(0));
  let shown = -1;
  /** What was on the page before the tour began; and what an answer took the place of. @type {Partial<State>[]} */
  let [before, hidden] = [{}, {}];

  /**
   * Set the page up for a stop; 0 ends the tour.
   * @param {number} number
   * @param {HTMLElement} focused what has the focus there: a choice that is made by keys keeps it
   */
  function go(number, focused = heading) {
    const stop = TOUR[number - 1];
    const run = stop ? placeOf(page.runs, stop.reads[0]) : 0;
    if (stop && !page.state.stop) before = { ...page.state };
    page.set(stop ? { ...startState(), ...stop.state, run, panel: "tour", stop: number } : { ...before, stop: 0, panel: "" });
    reveal(false);
    arriveAt(element, stop ? "start" : "center");
    (stop ? focused : element.querySelector("button"))?.focus({ preventScroll: true });
  }

  /** @param {number} by */
  function step(by) {
    const stop = stops[stops.indexOf(TOUR[shown - 1]) + by];
    go(stop ? Number(numberOf(stop)) : 0);
  }

  /** The answer is shown with what belongs to it, or hidden again with that. */
  function guessed() {
    const told = !answer.textContent, shows = TOUR[shown - 1]?.shows;
    reveal(told);
    if (!shows) return;
    if (told) hidden = Object.fromEntries(Object.entries(page.state).filter(([name]) => name in shows));
    page.set(told ? shows : hidden);
  }

  /** @param {boolean} told */
  function reveal(told) {
    const stop = TOUR[shown - 1];
    answer.textContent = told && stop ? stop.answer : "";
    guess.textContent = told ? "Hide the answer" : "I have guessed: reveal";
    guess.setAttribute("aria-expanded", String(told));
    source.hidden = !told || !stop?.source;
  }

  /** @param {View} view */
  function update(view) {
    if (!stops.length) return element.remove(); // it is about the models that come with nlp-lstm
    const stop = stops.find((one) => one === TOUR[view.state.stop - 1]);
    const number = stop ? view.state.stop : 0;
    if (number === shown) return;
    shown = number;
    element.classList.toggle("begun", Boolean(stop));
    if (!stop) {
      heading.textContent = "The tour";
      const start = button("Take the tour", () => step(1), { class: "start" });
      element.replaceChildren(heading, html("p", {}, invite(stops.length)), start);
      return home.append(element);
    }
    const at = stops.indexOf(stop);
    heading.textContent = `${at + 1}. ${stop.title}`;
    chosen.select.value = String(number);
    back.disabled = at === 0;
    next.textContent = at === stops.length - 1 ? "Finish" : "Next stop";
    body.replaceChildren(
      html("p", {}, stop.says.join(" ")),
      html("div", {}, html("p", {}, html("b", {}, "Do: "), stop.todo), html("p", {}, html("b", {}, "Guess: "), stop.question), guess, answer, source));
    source.textContent = "Measured on whole corpora, 95 % intervals in brackets: see “Hidden against cell, measured” in the "
      + `documentation, ${stop.source}.`;
    element.replaceChildren(heading, body, buttons);
    reveal(false);
    const panel = document.getElementById(`panel-${stop.state.panel}`);
    if (stop.state.panel === "memory") panel?.prepend(element); // in the second column: above both it would be far away
    else (panel ?? home).before(element);
    return undefined;
  }
  return { element: home, update };
}

/** The number of a stop, as the address has it. @param {Stop} stop */
function numberOf(stop) {
  return String(TOUR.indexOf(stop) + 1);
}

/** @param {Model[]} models @param {string} name */
function placeOf(models, name) {
  return models.findIndex(({ run }) => run.shipped && run.name === name);
}

/**
 * Whether a page shows what a stop says: it has the runs, and they know all the words.
 * @param {Stop} stop
 * @param {Model[]} models
 */
export function isShown(stop, models) {
  return stop.reads.every((name) => {
    const model = models[placeOf(models, name)];
    return model && [stop.state.text ?? "", stop.state.other ?? ""].every((text) => model.vocabulary.knows(text));
  });
}

/** What is said before the tour begins. @param {number} count of the stops that the page can show */
function invite(count) {
  const left = TOUR.length - count;
  const without = left ? ` It leaves out ${left}: they need models or words that this page does not hold.` : "";
  return `What articles say of LSTMs, and what is so: ${count === 1 ? "one stop" : `${count} stops`}. Guess, then see.${without}`;
}

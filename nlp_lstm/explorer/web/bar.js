/**
 * The bar that stays in sight: the words, what the models say after the chosen one, what is changed, and ways down.
 */

import { leaning, spoken } from "./answers.js";
import { changesOf } from "./changes.js";
import { cut, percent } from "./shapes.js";
import { UNCHANGED } from "./state.js";
import { arriveAt, button, html } from "./table.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").View} View */
/** @typedef {import("./readings.js").RunReading} RunReading */

/** Panels by their names in a state, and what a reader calls them. */
const PLACES = { strip: "Units", memory: "Memory", step: "One step", knobs: "Knobs", versus: "A | B", why: "Why", share: "Link" };

/** @param {Page} page */
export function makeBar(page) {
  const words = html("div", { class: "words", role: "group", "aria-label": "Words. Left and right choose one." });
  const answer = html("p", { class: "answer", "aria-live": "polite", "aria-atomic": "true" });
  const changed = html("p", { class: "changed" });
  const links = html("nav", { class: "places", "aria-label": "Panels" }, ...Object.entries(PLACES).map(([panel, name]) => button(name, () => goTo(panel))));
  const element = html("section", { class: "bar wide", "aria-label": "The answer" }, words, answer, changed, links);
  new ResizeObserver(() => { // what is jumped to must not lie under the bar
    document.documentElement.style.scrollPaddingTop = `${element.offsetHeight + 12}px`;
  }).observe(element);

  /** @param {View} view */
  function update(view) {
    showWords(words, page, view);
    later(() => keepInSight(words, view.word - 1));
    answer.replaceChildren(...sayAnswer(view));
    const changes = changesOf(page, view).map(({ told }) => told);
    changed.hidden = !changes.length;
    changed.replaceChildren(`Changed: ${changes.join("; ")} `, button("Reset", () => page.set(UNCHANGED), { class: "reset" }));
  }
  return { element, update, focus: () => /** @type {HTMLElement | null} */ (words.lastElementChild)?.focus() };
}

/** Scroll to a panel, from whose heading the Tab key then goes on. @param {string} panel */
function goTo(panel) {
  const heading = /** @type {HTMLElement | null} */ (document.querySelector(`#panel-${panel} > h2`));
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
  arriveAt(document.getElementById(`panel-${panel}`));
}

let laterTimer = 0;

/** Do what must measure the page once all of it is updated. @param {() => void} measure */
function later(measure) {
  cancelAnimationFrame(laterTimer);
  laterTimer = requestAnimationFrame(measure);
}

/**
 * A button for each word, coloured by what the tagger says after it; buttons are kept, so that the one in focus is.
 * @param {HTMLElement} words
 * @param {Page} page
 * @param {View} view
 */
function showWords(words, page, view) {
  const longest = longestReading(view);
  const shown = longest.sentence.words;
  while (words.children.length > shown.length) words.lastElementChild?.remove();
  while (words.children.length < shown.length) {
    const number = words.children.length + 1;
    const lines = ["word", "tag", "next"].map((name) => html("span", { class: name }));
    const one = html("button", { type: "button", class: "one" }, ...lines);
    one.addEventListener("click", () => page.set({ word: number }));
    words.append(one);
  }
  const [tagger, predictor] = [shownUnder(view, true), shownUnder(view, false)];
  shown.forEach((typed, at) => {
    const one = /** @type {HTMLElement} */ (words.children[at]);
    const [big, tag, next] = /** @type {HTMLElement[]} */ ([...one.children]);
    const place = longest.place(at + 1);
    const word = place === null ? typed : longest.changed.words[place - 1];
    big.textContent = cut(word, 24);
    one.setAttribute("aria-pressed", String(at + 1 === view.word));
    one.classList.toggle("unknown", view.readings.some(({ sentence }) => sentence.unknown[at]));
    one.classList.toggle("implied", longest.sentence.hasEnd && at === shown.length - 1);
    one.classList.toggle("gone", place === null);
    one.classList.toggle("swapped", word !== typed);
    showTag(one, tag, tagger, at + 1);
    const expects = predictor && place !== null && at < predictor.sentence.words.length ? predictor.answers(at + 1)[0]?.name : "";
    next.textContent = expects ? `\u2192 ${cut(spoken(expects), 14)}` : "\u00a0";
    next.hidden = !predictor;
  });
}

/**
 * @param {HTMLElement} one the button
 * @param {HTMLElement} tag its line for what the tagger says
 * @param {RunReading|undefined} tagger
 * @param {number} word
 */
function showTag(one, tag, tagger, word) {
  const shares = tagger && word <= tagger.sentence.words.length ? tagger.says(word) : null;
  const name = shares && tagger ? tagger.answers(word)[0]?.name ?? "" : "\u00a0";
  const isLast = !one.nextElementSibling; // what is said there is no more "so far"
  tag.textContent = shares && !isLast && one.getAttribute("aria-pressed") === "true" ? `so far: ${name}` : name;
  const lean = shares && tagger ? leaning(tagger.run.labels, shares) : null;
  one.style.setProperty("--lean", `${(100 * Math.min(1, Math.abs(lean ?? 0) * 1.15)).toFixed(0)}%`);
  one.style.setProperty("--hue", (lean ?? 0) < 0 ? "var(--negative)" : "var(--positive)");
}

/** @param {HTMLElement} words @param {number} at */
function keepInSight(words, at) {
  const one = /** @type {HTMLElement|undefined} */ (words.children[at]);
  if (!one) return;
  words.scrollLeft = Math.max(0, one.offsetLeft - words.offsetLeft - words.clientWidth / 2 + one.clientWidth / 2);
  words.scrollTop = Math.max(0, one.offsetTop - words.offsetTop - words.clientHeight / 2 + one.clientHeight / 2);
}

/** The reading of a tagger, or of a predictor, whose answers stand under the words. @param {View} view @param {boolean} tags */
export function shownUnder(view, tags) {
  return [view.focus, ...view.readings].find(({ model }) => model.tags === tags);
}

/** The reading with the most words: where one run reads an end, it has one more. @param {View} view */
export function longestReading(view) {
  return view.readings.reduce((a, b) => (b.sentence.words.length > a.sentence.words.length ? b : a));
}

/**
 * "After not, the tagger says negative, 62 %; the predictor expects a, 8 %."
 * @param {View} view
 * @returns {(Node|string)[]}
 */
function sayAnswer(view) {
  if (view.empty) return ["Type a word, and the models answer. Until then they read ", html("em", {}, "the"), "."];
  const longest = longestReading(view);
  const place = longest.place(view.word);
  const all = longest.sentence.words.length;
  const chosen = place === null ? all : view.word; // a word that is left out has no answer: the last one has
  const word = longest.changed.words[(longest.place(chosen) ?? 1) - 1];
  /** @type {(Node|string)[]} */
  const said = longest.sentence.hasEnd && chosen === all ? ["At the end, "] : ["After ", html("em", {}, spoken(cut(word, 40))), ", "];
  if (place === null) said.unshift("You left out ", html("em", {}, longest.sentence.words[view.word - 1]), ". ");
  view.readings.forEach((reading, number) => {
    const at = Math.min(chosen, reading.sentence.words.length);
    const [best] = reading.answers(at);
    if (!best) return said.push(number ? "; " : "", `${reading.model.title} gives no number`);
    if (number) said.push("; ");
    if (at < chosen) said.push("after ", html("em", {}, spoken(cut(reading.sentence.words[at - 1], 40))), ", ");
    said.push(`${reading.model.title} ${reading.model.tags ? "says" : "expects"} `);
    const was = reading.saidBefore(at)[best.index];
    const shares = percent(best.share) + (reading.isChanged ? `, was ${percent(was)}` : "");
    said.push(html("strong", {}, spoken(best.name)), ` (${shares})`);
    return 0;
  });
  said.push(".");
  return said;
}

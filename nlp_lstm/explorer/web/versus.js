// Panel: two sentences, A and B. A square puts B's state into A: how much of the difference in the answer moves?

import { spoken } from "./answers.js";
import { outputChoices } from "./outputs.js";
import { PAIRS, readTwo } from "./pairs.js";
import { partName } from "./parts.js";
import { allPlaces, scoreOf } from "./patching.js";
import { figure, percent } from "./shapes.js";
import { drawSquares, NAMES } from "./squares.js";
import { UNCHANGED } from "./state.js";
import { button, choice, html, tableBelow, whenSeen } from "./table.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").View} View */
/** @typedef {import("./patching.js").Place} Place */
/** @typedef {import("./pairs.js").Two} Two */

const LEAST_SQUARE = 30; // pixels
/**
 * Make the panel.
 * @param {Page} page
 */
export function makeVersus(page) {
  const pairs = choice("Pairs", [{ value: "", words: "choose a pair" },
    ...PAIRS.flatMap(([a, b, towards], at) =>
      page.runs.some(({ tags, vocabulary }) => tags === !towards && vocabulary.knows(`${a} ${b}`)) ? [{ value: String(at), words: `${a} | ${b}` }] : [])], (value) => value && takePair(Number(value)));
  const field = html("input", { type: "text", id: "other", maxlength: "600", spellcheck: "false", autocomplete: "off", placeholder: "the second sentence, with as many words" });
  field.addEventListener("input", () => page.set({ other: field.value }));
  const choices = outputChoices(page), fill = button("All squares", () => page.set({ squares: "all" }), { class: "fill-all" });
  const lead = html("p", { class: "panel-lead said", "aria-live": "polite" }), picture = html("div", { class: "squares" });
  const note = html("p", { class: "note" }), table = tableBelow("The squares as a table");
  const found = html("div", {}, choices.element, html("div", { class: "buttons" }, fill), picture, note, table.element);
  const element = html("section", { class: "panel", id: "panel-versus", "aria-labelledby": "versus-title" },
    html("h2", { id: "versus-title" }, "A | B: move a state across"),
    html("div", { class: "knob-row" }, pairs.element), html("label", { class: "other" }, html("span", { class: "label" }, "B, beside your sentence A"), field),
    lead, found);
  /** What is known of each square. @type {Map<string, number>} */
  let shares = new Map();
  let key = "", asked = "", filling = false;

  /** @param {number} number */
  function takePair(number) {
    const [text, other, towards, against] = PAIRS[number];
    const run = page.runs.findIndex(({ tags }) => tags === !towards);
    page.set({ text, other, towards, against, word: 0, ...UNCHANGED, ...(run < 0 ? {} : { run }) });
    pairs.select.value = "";
  }

  /** @param {View} view */
  function draw(view) {
    if (field.value !== view.state.other) field.value = view.state.other;
    const two = readTwo(view);
    found.hidden = typeof two === "string";
    if (typeof two === "string") return lead.replaceChildren(two);
    if (two.key !== key) [key, shares, asked, filling] = [two.key, new Map(), "", false];
    const { model, network } = view.focus;
    choices.update(two.score, model);
    const places = allPlaces(network, two.a.words.map((_, at) => at + 1));
    const place = places.find((one) => nameOf(one) === view.state.square), chosen = place ? view.state.square : "";
    const isNew = chosen !== asked;
    asked = chosen;
    if (place && isNew && !shares.has(chosen)) move([place]);
    if (view.state.squares && !filling && shares.size < places.length) fillAll(places);
    const share = shares.get(chosen);
    lead.replaceChildren(...tellTwo(view, two, share === undefined ? undefined : place, share ?? 0));
    fill.disabled = filling || shares.size === places.length;
    fill.textContent = filling ? `${shares.size} of ${places.length} squares` : "All squares";
    const width = Math.max(NAMES + two.a.words.length * LEAST_SQUARE, Math.min(640, picture.clientWidth - 8));
    const active = document.activeElement, focused = picture.contains(active) ? active?.getAttribute("data-square") : null;
    const drawn = drawSquares(two.a, two.b, places, shares, chosen, width, (one) => page.set({ square: nameOf(one) }));
    drawn.style.minWidth = drawn.style.maxWidth;
    picture.replaceChildren(drawn);
    if (focused) /** @type {SVGElement | null} */ (picture.querySelector(`[data-square="${focused}"]`))?.focus();
    note.textContent = (view.focus.isChanged ? "What you changed above is left out here. " : "") + tellScores(view, two);
    const rows = places.filter((place) => shares.has(nameOf(place)));
    table.fill(["square", "word", "moves"], rows.map((place) =>
      [`layer ${place.layer} ${partName(place.part)}`, two.a.words[place.word - 1], percent(shares.get(nameOf(place)) ?? NaN)]));
    return undefined;
  }

  /** @param {Place[]} places */
  async function move(places) {
    const two = readTwo(page.view), mine = key, into = shares;
    if (typeof two === "string") return;
    const outputs = /** @type {[number, number]} */ ([two.score.towards, two.score.against]);
    await page.view.focus.network.patch(two.a.ids, two.b.ids, outputs, places, (done, patched) => {
      places.slice(0, done).forEach((place, at) => into.set(nameOf(place), patched.shares[at]));
      if (mine !== key) return false;
      draw(page.view);
      return true;
    });
  }

  /** @param {Place[]} places */
  async function fillAll(places) {
    const mine = key;
    filling = true;
    await move(places.filter((place) => !shares.has(nameOf(place))));
    if (mine !== key) return;
    filling = false;
    draw(page.view);
  }
  return { element, update: whenSeen(element, draw) };
}

/** A square's name. @param {Place} place */
export function nameOf({ layer, part, word }) {
  return `${layer} ${part} ${word}`;
}

/**
 * What the run says of both, and what the chosen square did.
 * @param {View} view
 * @param {Two} two
 * @param {Place | undefined} place of the chosen square
 * @param {number} share of the difference that it moves
 * @returns {(Node | string)[]}
 */
function tellTwo({ focus }, { a, b }, place, share) {
  const { model, network, run } = focus, [inA, inB] = [a, b].map(({ ids }) => network.read(ids, {}));
  const says = (/** @type {import("./network.js").Reading} */ reading) => {
    const [best] = model.answers(model.says(reading.layers[run.layers - 1].hidden_state[a.words.length - 1]));
    return best ? [html("b", {}, spoken(best.name)), ` (${percent(best.share)})`] : ["no number"];
  };
  const head = ["A: ", ...says(inA), ". B: ", ...says(inB), "."];
  if (!place || Number.isNaN(share)) return [...head, place ? " Both score alike: choose other outputs." : " Press a square to put B's state into A."];
  const { layer, part, word } = place, value = inB.layers[layer - 1][part][word - 1];
  const patched = network.read(a.ids, { edits: [{ layer, part, word, unit: null, value }], from: inA });
  const where = `${partName(part)}${run.layers > 1 ? ` of layer ${layer}` : ""}`;
  return [...head, ` With B's ${where} at `, html("b", {}, a.words[word - 1]), `, A ${model.tags ? "says" : "expects"} `, ...says(patched),
    `: ${percent(share)} of the way to B.`];
}

/** What a square is, and how both sentences score. @param {View} view @param {Two} two */
function tellScores({ focus: { network, model, run } }, { a, b, score }) {
  const [inA, inB] = [a, b].map(({ ids }) =>
    figure(scoreOf(network, network.read(ids, {}).layers[run.layers - 1].hidden_state, score.towards, score.against)));
  const against = score.against === null ? "" : ` against ${spoken(model.names[score.against])}`;
  return "A square is one part of one layer at one word. Press it: A is read again with B's values there. 0: A keeps its answer; "
    + "100: it gives B's. Above 100: past B; below 0: away from it. The last h always moves 100: the answer is computed from it "
    + `alone. Grey: A and B are still alike there. The way is measured in logits, ${spoken(model.names[score.towards])}${against}: ${inA} in A, ${inB} in B.`;
}

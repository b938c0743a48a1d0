/**
 * The state of the page <-> the part of its address behind "#": a link holds everything that is seen.
 *
 * A link may come from a stranger. What is read from it is text and numbers within bounds, and nothing else;
 * whatever is odd is left at its default.
 */

/**
 * One part of the cell that is held at a value, as `nlp_lstm.Edit` and `--hold` have it.
 * @typedef {object} Knob
 * @property {string} part such as "forget_gate"
 * @property {number} value what it is set to
 * @property {number|null} layer from 1; null for all
 * @property {number|null} unit from 0; null for all
 * @property {number|null} word from 1; null for all
 */

/**
 * Everything that is chosen on the page.
 * @typedef {object} State
 * @property {string} text what the models read
 * @property {string} other a second text, to compare with; empty for none
 * @property {number} run place of the run in focus, from 0
 * @property {number} layer of the run in focus, from 1; 0 for the last
 * @property {number|null} unit of that layer, from 0; null: the page chooses one
 * @property {number} word the chosen word, from 1; 0 for the last, also while the text grows
 * @property {Knob[]} knobs of the run in focus
 * @property {number} without word that is left out, from 1; 0 for none
 * @property {number} swap word that another one takes the place of, from 1; 0 for none
 * @property {string} swapWord the other one
 * @property {string} order of the rows of units: "value" or "number"
 * @property {string} opened part whose sum is opened, such as "forget_gate"; "" for the cell's first
 * @property {string} towards name of the output whose score is asked for; "" for the likeliest
 * @property {string} against name of the output whose score is taken off; "" for one that the page chooses
 * @property {string} panel what is looked at, such as "strip"
 * @property {number} stop of the tour, from 1; 0 for none
 */

export const LONGEST_TEXT = 4000;
export const MOST_WORDS = 300;
export const MOST_KNOBS = 40;
const LARGEST_NUMBER = 9999;
const LARGEST_VALUE = 1e6;
const LONGEST_NAME = 60;
const KNOB = /^([a-z_]{1,40})(?:\[(\d{1,4})(?:,(\d{1,4}))?\])?=(-?[\d.]{1,20}(?:e[+-]?\d{1,3})?)(?:@(\d{1,4}))?$/;

/**
 * @param {string} [text] what is read at first
 * @returns {State}
 */
export function startState(text = "") {
  return {
    text: shorten(text, LONGEST_TEXT),
    other: "",
    run: 0,
    layer: 0,
    unit: null,
    word: 0,
    knobs: [],
    without: 0,
    swap: 0,
    swapWord: "",
    order: "value",
    opened: "",
    towards: "",
    against: "",
    panel: "",
    stop: 0,
  };
}

/**
 * A state with every field within its bounds; what is no such value is that of `otherwise`.
 * @param {Partial<Record<keyof State, unknown>>} given
 * @param {State} otherwise
 * @returns {State}
 */
export function boundState(given, otherwise) {
  /** @param {keyof State} name @param {number} longest */
  const words = (name, longest) => {
    const value = given[name];
    return typeof value === "string" ? shorten(value, longest) : /** @type {string} */ (otherwise[name]);
  };
  /** @param {keyof State} name */
  const number = (name) => {
    const value = given[name];
    return isCount(value) ? value : /** @type {number} */ (otherwise[name]);
  };
  const unit = given.unit === undefined ? otherwise.unit : given.unit;
  const knobs = Array.isArray(given.knobs) ? given.knobs.filter(isKnob).slice(0, MOST_KNOBS) : otherwise.knobs;
  return {
    text: words("text", LONGEST_TEXT),
    other: words("other", LONGEST_TEXT),
    run: number("run"),
    layer: number("layer"),
    unit: unit === null || isCount(unit) ? unit : otherwise.unit,
    word: number("word"),
    knobs,
    without: number("without"),
    swap: number("swap"),
    swapWord: words("swapWord", LONGEST_NAME),
    order: ["value", "number"].includes(words("order", LONGEST_NAME)) ? words("order", LONGEST_NAME) : otherwise.order,
    opened: /^[a-z_]{0,40}$/.test(words("opened", LONGEST_NAME)) ? words("opened", LONGEST_NAME) : otherwise.opened,
    towards: words("towards", LONGEST_NAME),
    against: words("against", LONGEST_NAME),
    panel: /^[a-z_]{0,20}$/.test(words("panel", LONGEST_NAME)) ? words("panel", LONGEST_NAME) : otherwise.panel,
    stop: number("stop"),
  };
}

/**
 * The state after a change. Knobs, a word left out and a swapped word exclude each other, as in `probe`: what is
 * asked last holds.
 * @param {Partial<State>} changes
 * @param {State} state
 * @returns {State}
 */
export function askOne(changes, state) {
  const next = boundState(changes, state);
  const elsewhere = next.run !== state.run;
  if (elsewhere) Object.assign(next, { layer: 0, unit: null, knobs: [] }, changes);
  const asked = changes.without ? "without" : changes.swap ? "swap" : next.knobs.length ? "knobs" : "";
  if (asked) {
    if (asked !== "knobs") next.knobs = [];
    if (asked !== "without") next.without = 0;
    if (asked !== "swap") Object.assign(next, { swap: 0, swapWord: "" });
  }
  return next;
}

/**
 * The state that an address holds.
 * @param {string} hash what stands behind the address, with or without its "#"
 * @param {string} [text] what is read if it names none
 * @returns {State}
 */
export function readHash(hash, text = "") {
  const otherwise = startState(text);
  if (hash.length > 8 * LONGEST_TEXT + 4000) return otherwise;
  const found = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {Partial<Record<keyof State, unknown>>} */
  const given = {};
  for (const name of /** @type {const} */ (["text", "other", "swapWord", "order", "opened", "towards", "against", "panel"])) {
    const value = found.get(name);
    if (value !== null) given[name] = value;
  }
  for (const name of /** @type {const} */ (["run", "layer", "unit", "word", "without", "swap", "stop"])) {
    const value = found.get(name);
    if (value !== null && /^\d{1,4}$/.test(value)) given[name] = Number(value);
  }
  const knobs = found.getAll("hold").slice(0, MOST_KNOBS).map(readKnob);
  if (knobs.length) given.knobs = knobs.filter((knob) => knob !== null);
  const state = boundState(given, otherwise);
  return askOne(state, { ...state, knobs: [] });
}

/**
 * The address of a state, without what is at its default.
 * @param {State} state
 * @returns {string} empty, or "#" and what follows it
 */
export function writeHash(state) {
  const bounded = boundState(state, startState());
  const usual = startState();
  const written = new URLSearchParams();
  for (const name of /** @type {const} */ (["text", "other", "run", "layer", "unit", "word", "without", "swap", "swapWord", "order", "opened", "towards", "against", "panel", "stop"])) {
    const value = bounded[name];
    if (value !== usual[name] && value !== null) written.set(name, String(value));
  }
  for (const knob of bounded.knobs) written.append("hold", writeKnob(knob));
  const text = written.toString();
  return text ? `#${text}` : "";
}

/**
 * A knob as `--hold` takes it: PART[LAYER,UNIT]=VALUE@WORD.
 * @param {Knob} knob
 * @returns {string}
 */
export function writeKnob(knob) {
  const place = knob.unit === null ? `${knob.layer}` : `${knob.layer ?? 1},${knob.unit}`;
  const where = knob.layer === null && knob.unit === null ? "" : `[${place}]`;
  return `${knob.part}${where}=${knob.value}${knob.word === null ? "" : `@${knob.word}`}`;
}

/**
 * @param {string} text as `writeKnob` returns it
 * @returns {Knob|null} null if it is none
 */
export function readKnob(text) {
  const found = KNOB.exec(text);
  if (!found) return null;
  /** @param {string|undefined} digits */
  const optional = (digits) => (digits === undefined ? null : Number(digits));
  const knob = {
    part: found[1],
    value: Number(found[4]),
    layer: optional(found[2]),
    unit: optional(found[3]),
    word: optional(found[5]),
  };
  return isKnob(knob) ? knob : null;
}

/**
 * @param {string} text
 * @param {number} longest characters that are kept
 */
function shorten(text, longest) {
  const whole = text.length > longest ? text.slice(0, longest) : text;
  return whole.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
function isCount(value) {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= LARGEST_NUMBER;
}

/**
 * @param {unknown} value
 * @returns {value is Knob}
 */
function isKnob(value) {
  if (typeof value !== "object" || value === null) return false;
  const knob = /** @type {Record<string, unknown>} */ (value);
  const amount = knob.value;
  return (
    typeof knob.part === "string" &&
    /^[a-z_]{1,40}$/.test(knob.part) &&
    typeof amount === "number" &&
    Math.abs(amount) <= LARGEST_VALUE &&
    (knob.layer === null || (isCount(knob.layer) && knob.layer > 0)) &&
    (knob.word === null || (isCount(knob.word) && knob.word > 0)) &&
    (knob.unit === null || isCount(knob.unit))
  );
}

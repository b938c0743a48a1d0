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
 * @property {string} memory of which the map of the memory is: "all" units, or the chosen "one"
 * @property {string} square of A | B that is chosen, as "2 cell_state 3": layer, part, word; "" for none
 * @property {string} squares "all" if all of them are filled
 * @property {string} panel what is looked at, such as "strip"
 * @property {number} stop of the tour, from 1; 0 for none
 */

export const LONGEST_TEXT = 4000;
export const MOST_WORDS = 300;
export const MOST_KNOBS = 40;
const LARGEST_NUMBER = 9999;
const LARGEST_VALUE = 1e6;
const LONGEST_NAME = 60;
const LONGEST_TEXTS = { text: LONGEST_TEXT, other: LONGEST_TEXT, swapWord: LONGEST_NAME, towards: LONGEST_NAME, against: LONGEST_NAME };
const NAME_PATTERNS = {
  order: /^(value|number)$/,
  opened: /^[a-z_]{0,40}$/,
  memory: /^(all|one)$/,
  square: /^(\d{1,4} [a-z_]{1,40} \d{1,4})?$/,
  squares: /^(all)?$/,
  panel: /^[a-z_]{0,20}$/,
};
const COUNTS = /** @type {const} */ (["run", "layer", "word", "without", "swap", "stop"]);
/** What A | B compares: if it changes, no square is known any more. */
const COMPARED = /** @type {const} */ (["text", "other", "run", "towards", "against"]);
const KNOB = /^([a-z_]{1,40})(?:\[(\d{1,4})(?:,(\d{1,4}))?\])?=(-?[\d.]{1,20}(?:e[+-]?\d{1,3})?)(?:@(\d{1,4}))?$/;

/** What a state without changes of the reading has. @type {Pick<State, "knobs" | "without" | "swap" | "swapWord">} */
export const UNCHANGED = { knobs: [], without: 0, swap: 0, swapWord: "" };

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
    ...UNCHANGED,
    order: "value",
    opened: "",
    towards: "",
    against: "",
    memory: "all",
    square: "",
    squares: "",
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
  const bounded = /** @type {Record<string, unknown>} */ ({ ...otherwise });
  for (const [name, longest] of Object.entries(LONGEST_TEXTS)) {
    const value = given[/** @type {keyof State} */ (name)];
    if (typeof value === "string") bounded[name] = shorten(value, longest);
  }
  for (const [name, pattern] of Object.entries(NAME_PATTERNS)) {
    const value = given[/** @type {keyof State} */ (name)];
    if (typeof value === "string" && pattern.test(value)) bounded[name] = value;
  }
  for (const name of COUNTS) if (isCount(given[name])) bounded[name] = given[name];
  if (given.unit === null || isCount(given.unit)) bounded.unit = given.unit;
  if (Array.isArray(given.knobs)) bounded.knobs = given.knobs.filter(isKnob).slice(0, MOST_KNOBS);
  return /** @type {State} */ (bounded);
}

/**
 * The state after a change. Knobs, a word left out and a swapped word exclude each other, as in `probe`: what is
 * asked last holds. Another run begins without knobs, another comparison without squares.
 * @param {Partial<State>} changes
 * @param {State} state
 * @returns {State}
 */
export function askOne(changes, state) {
  const first = boundState(changes, state);
  const run = first.run === state.run ? {} : { layer: 0, unit: null, knobs: [] };
  const squares = COMPARED.every((name) => first[name] === state[name]) ? {} : { square: "", squares: "" };
  const next = boundState({ ...run, ...squares, ...changes }, state);
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
  for (const name of [...Object.keys(LONGEST_TEXTS), ...Object.keys(NAME_PATTERNS)]) {
    const value = found.get(name);
    if (value !== null) given[/** @type {keyof State} */ (name)] = value;
  }
  for (const name of [...COUNTS, /** @type {const} */ ("unit")]) {
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
  const usual = startState();
  const { knobs, ...bounded } = boundState(state, usual);
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(bounded)) {
    const isUsual = value === usual[/** @type {keyof State} */ (name)] && name !== "text"; // a page has a text of its own
    if (!isUsual && value !== null) written.set(name, String(value));
  }
  for (const knob of knobs) written.append("hold", writeKnob(knob));
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

// Edits: parts that are set while a model reads a text, which then goes on from there; and from them and the
// words the keys by which two readings are found to be alike up to a word.

/**
 * A part that is set while a model reads; all that is computed from it follows.
 * @typedef {object} Edit
 * @property {number | null} layer from 1; null for all
 * @property {string} part
 * @property {number | null} word from 1; null for all
 * @property {number | null} unit from 0; null for all
 * @property {number | Float32Array} value one number, or one per unit of the layer: a state of another text
 */

/** @type {WeakMap<Float32Array, number>} values of an edit -> a number that names them */
const valueNames = new WeakMap();
let valuesNamed = 0;

/**
 * Change the values of a part in place, if the edit is one of this part and word.
 * @param {Edit} edit of this layer
 * @param {number} word from 1
 * @param {string} part
 * @param {Float32Array} values
 */
export function writeEdit(edit, word, part, values) {
  if (edit.part !== part || (edit.word ?? word) !== word) return;
  const { unit, value } = edit;
  if (unit !== null) values[unit] = typeof value === "number" ? value : value[unit];
  else if (typeof value === "number") values.fill(value);
  else values.set(value);
}

/**
 * What is read in each layer at each word: the word, and all edits of this layer and those below. Where two
 * texts have the same keys up to a word, they have the same parts up to there.
 * @param {number[]} ids
 * @param {Edit[]} edits
 * @param {number} layers
 * @returns {string[][]}
 */
export function readingKeys(ids, edits, layers) {
  let below = ids.map(String);
  return Array.from({ length: layers }, (_, index) => {
    below = below.map((key, t) => {
      const made = edits.filter(({ layer, word }) => (layer ?? index + 1) === index + 1 && (word ?? t + 1) === t + 1);
      return `${key}|${made.map(({ part, unit, value }) => `${part} ${unit} ${nameValue(value)}`).join()}`;
    });
    return below;
  });
}

/**
 * A number, or a name of the array that it is.
 * @param {number | Float32Array} value
 */
function nameValue(value) {
  if (typeof value === "number") return value;
  if (!valueNames.has(value)) valueNames.set(value, ++valuesNamed);
  return `array ${valueNames.get(value)}`;
}

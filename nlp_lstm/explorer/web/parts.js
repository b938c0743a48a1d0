/**
 * Names of parts as the page shows them: in which order, and by which sign of the equations.
 */

export const SIGNS = /** @type {Record<string, string>} */ ({
  hidden_state: "h",
  cell_state: "c",
  input_gate: "i",
  forget_gate: "f",
  output_gate: "o",
  candidate: "g",
  update_gate: "z",
  reset_gate: "r",
});

const STATE_PARTS = ["hidden_state", "cell_state"];
const GATE_PARTS = ["forget_gate", "input_gate", "update_gate", "reset_gate", "candidate", "output_gate"];

/**
 * The states of a cell, then its gates and candidate.
 * @param {Record<string, unknown>} parts
 * @returns {{states: string[], gates: string[]}}
 */
export function splitParts(parts) {
  const there = (/** @type {string} */ part) => part in parts;
  return { states: STATE_PARTS.filter(there), gates: GATE_PARTS.filter(there) };
}

/** @param {Record<string, unknown>} parts */
export function orderedParts(parts) {
  const { states, gates } = splitParts(parts);
  return [...states, ...gates];
}

/** What each state is, in a few words. */
export const MEANINGS = /** @type {Record<string, string>} */ ({
  hidden_state: "what the layer puts out",
  cell_state: "what it carries on to the next word",
});

/** "forget gate" from "forget_gate". @param {string} part */
export function partName(part) {
  return part.replaceAll("_", " ");
}

// What a part is a sum of, before it is squashed: a term per unit that is read, the largest first.

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Reading} Reading */
/** @typedef {[reading: Reading, layer: number, word: number, unit: number, part: string]} TermsGiven */

/**
 * @typedef {object} Term
 * @property {string} name as it is shown: "x[17] · W", "h[3] · U", "bias b", "f · c"
 * @property {"input" | "state" | "bias" | "product"} kind what it comes from
 * @property {number} value
 */

/**
 * The terms of a part of one unit. For a gate or candidate they are x_j W_ju, h_k U_ku and the bias, and add up
 * to what the sigmoid or tanh is taken of. For a state they are what the cell adds up to it: f · c and i · g of
 * an LSTM's c, z · h and (1 - z) · g of a GRU's h. An LSTM's h is a product and has none.
 * @param {Network} network
 * @param {TermsGiven} given layer and word from 1, unit from 0
 * @returns {Term[]} the largest first, whatever its sign
 */
export function sumTerms(network, ...[reading, layer, word, unit, part]) {
  const { cell, run } = network;
  const parts = reading.layers[layer - 1];
  /** @param {string} state its values after the word before */
  const before = (state) => (word > 1 ? parts[state][word - 2] : reading.initial[layer - 1][state]);
  /** @param {string} name */
  const now = (name) => parts[name][word - 1][unit];
  const block = cell.parts.indexOf(part);
  const h = before("hidden_state");
  if (part === "cell_state") {
    const [f, i, g] = [now("forget_gate"), now("input_gate"), now("candidate")];
    return sortTerms([product("f · c", f * before("cell_state")[unit]), product("i · g", i * g)]);
  }
  if (part === "hidden_state" && run.cell === "gru") {
    const [z, g] = [now("update_gate"), now("candidate")];
    return sortTerms([product("z · h", z * h[unit]), product("(1 − z) · g", (1 - z) * g)]);
  }
  if (block < 0 || block >= cell.columns) return [];
  const weights = network.weights[layer - 1];
  const columns = cell.columns * run.units;
  const column = block * run.units + unit;
  const x = layer > 1 ? reading.layers[layer - 2].hidden_state[word - 1] : reading.inputs[word - 1];
  const reset = run.cell === "gru" && part === "candidate" ? now("reset_gate") : 1; // g = tanh(x W + r (h U))
  /** @type {Term[]} */
  const found = [];
  x.forEach((value, index) => {
    found.push({ name: `x[${index}] · W`, kind: "input", value: value * weights.kernel[index * columns + column] });
  });
  h.forEach((value, index) => {
    const share = value * weights.recurrentKernel[index * columns + column];
    found.push({ name: `h[${index}] · U`, kind: "state", value: reset * share });
  });
  const bias = weights.bias[column] + reset * (weights.recurrentBias?.[column] ?? 0);
  found.push({ name: "bias b", kind: "bias", value: bias });
  return sortTerms(found);
}

/**
 * @param {string} name
 * @param {number} value
 * @returns {Term}
 */
function product(name, value) {
  return { name, kind: "product", value };
}

/** @param {Term[]} terms */
function sortTerms(terms) {
  return terms.sort((one, other) => Math.abs(other.value) - Math.abs(one.value));
}

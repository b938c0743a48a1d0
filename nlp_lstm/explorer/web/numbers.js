// Numbers: from the text of the page to arrays, and the few sums that everything else is made of.
//
// Weights stand in the page as base64. An embedding has one byte a number and one scale a row, all else has
// two bytes a number. Here they become 32-bit numbers; sums are made with 64 bits, so that what a cell puts
// out differs from the library's by no more than the library's own rounding.

/**
 * A weight as it stands in the page.
 * @typedef {{shape: number[], kind: "float16", data: string}
 *   | {shape: number[], kind: "int8rows", scale: string, data: string}} WeightEntry
 */

/**
 * Bytes from base64.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function decodeBase64(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let place = 0; place < bytes.length; place++) bytes[place] = letters.charCodeAt(place);
  return bytes;
}

/**
 * 16-bit numbers, lower byte first, as 32-bit ones: 1 bit sign, 5 bits exponent, 10 bits fraction.
 * @param {Uint8Array} bytes two a number
 * @returns {Float32Array}
 */
export function decodeHalf(bytes) {
  const values = new Float32Array(bytes.length >> 1);
  for (let place = 0; place < values.length; place++) {
    const bits = bytes[2 * place] | (bytes[2 * place + 1] << 8);
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    let size = (1024 + fraction) * 2 ** (exponent - 25);
    if (exponent === 0) size = fraction * 2 ** -24; // below 2^-14 there is no leading 1
    else if (exponent === 31) size = fraction ? NaN : Infinity;
    values[place] = bits & 32768 ? -size : size;
  }
  return values;
}

/**
 * A weight of the page as numbers, row after row.
 * @param {WeightEntry} entry
 * @returns {Float32Array}
 */
export function decodeWeight(entry) {
  const bytes = decodeBase64(entry.data);
  if (entry.kind === "float16") return decodeHalf(bytes);
  const scales = new Float32Array(decodeBase64(entry.scale).buffer);
  const whole = new Int8Array(bytes.buffer);
  const columns = entry.shape[1];
  const values = new Float32Array(whole.length);
  for (let row = 0, place = 0; row < scales.length; row++) {
    for (let column = 0; column < columns; column++, place++) values[place] = whole[place] * scales[row];
  }
  return values;
}

/**
 * 1 / (1 + exp(-x)): any number to between 0 and 1, what makes a gate.
 * @param {number} x
 */
export function sigmoid(x) {
  return 1 / (1 + Math.exp(-x));
}

/**
 * Add a vector times a matrix: sums += vector @ kernel. This is where the time goes, so four rows of the
 * matrix are taken at once.
 * @param {Float64Array} sums (columns)
 * @param {Float32Array} vector (rows)
 * @param {Float32Array} kernel (rows, columns), row after row
 */
export function addProduct(sums, vector, kernel) {
  const columns = sums.length;
  const rows = vector.length;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const a = vector[row];
    const b = vector[row + 1];
    const c = vector[row + 2];
    const d = vector[row + 3];
    const first = row * columns;
    const second = first + columns;
    const third = second + columns;
    const fourth = third + columns;
    for (let column = 0; column < columns; column++) {
      sums[column] +=
        a * kernel[first + column] +
        b * kernel[second + column] +
        c * kernel[third + column] +
        d * kernel[fourth + column];
    }
  }
  for (; row < rows; row++) {
    const a = vector[row];
    const first = row * columns;
    for (let column = 0; column < columns; column++) sums[column] += a * kernel[first + column];
  }
}

/**
 * Add a matrix times a vector: sums += kernel @ vector. Going back through a layer needs it, and an output
 * layer whose kernel is the embedding, turned.
 * @param {Float64Array} sums (rows)
 * @param {Float64Array} vector (columns)
 * @param {Float32Array} kernel (rows, columns), row after row
 */
export function addProductTurned(sums, vector, kernel) {
  const columns = vector.length;
  const whole = columns - (columns % 4);
  for (let row = 0, first = 0; row < sums.length; row++, first += columns) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let column = 0;
    for (; column < whole; column += 4) {
      a += vector[column] * kernel[first + column];
      b += vector[column + 1] * kernel[first + column + 1];
      c += vector[column + 2] * kernel[first + column + 2];
      d += vector[column + 3] * kernel[first + column + 3];
    }
    for (; column < columns; column++) a += vector[column] * kernel[first + column];
    sums[row] += a + b + (c + d);
  }
}

/**
 * exp(x) over its sum: any numbers to probabilities.
 * @param {Float32Array} logits
 * @returns {Float32Array} they sum to 1
 */
export function softmax(logits) {
  let most = -Infinity;
  for (const logit of logits) if (logit > most) most = logit;
  const powers = new Float64Array(logits.length);
  let sum = 0;
  for (let place = 0; place < logits.length; place++) {
    powers[place] = Math.exp(logits[place] - most); // less the largest, so that none overflows
    sum += powers[place];
  }
  const found = new Float32Array(logits.length);
  for (let place = 0; place < logits.length; place++) found[place] = powers[place] / sum;
  return found;
}

/**
 * The places of the n largest values, the largest first; of equal ones the first comes first.
 * @param {ArrayLike<number>} values
 * @param {number} n
 * @returns {number[]}
 */
export function largest(values, n) {
  /** @type {number[]} */
  const found = [];
  for (let place = 0; place < values.length; place++) {
    const value = values[place];
    if (Number.isNaN(value) || (found.length === n && !(value > values[found[n - 1]]))) continue;
    let rank = found.length;
    while (rank > 0 && values[found[rank - 1]] < value) rank--;
    found.splice(rank, 0, place);
    if (found.length > n) found.pop();
  }
  return found;
}

/**
 * Length of a vector, the square root of its sum of squares.
 * @param {ArrayLike<number>} vector
 */
export function norm(vector) {
  let sum = 0;
  for (let place = 0; place < vector.length; place++) sum += vector[place] * vector[place];
  return Math.sqrt(sum);
}

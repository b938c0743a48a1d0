// The map of A | B: both sentences above, and a square per layer, part and word that puts B's state into A.

import { orderedParts, SIGNS } from "./parts.js";
import { box, cut, drawing, figure, partColour, shape, tint, written } from "./shapes.js";

/** @typedef {import("./patching.js").Place} Place */
/** @typedef {import("./words.js").Sentence} Sentence */

export const NAMES = 106; // pixels, of the names of parts
const ROW = 27, SENTENCES = 58;

/**
 * Draw the map.
 * @param {Sentence} a
 * @param {Sentence} b
 * @param {Place[]} places
 * @param {Map<string, number>} shares what is known of the squares
 * @param {string} chosen
 * @param {number} width in pixels
 * @param {(place: Place) => void} choose
 */
export function drawSquares(a, b, places, shares, chosen, width, choose) {
  const count = a.words.length, side = Math.min(76, (width - NAMES) / count), size = side < 50 ? 13 : 15.5, most = Math.floor(side / (0.54 * size));
  const x = (/** @type {number} */ word) => NAMES + (word - 1) * side;
  const first = a.ids.findIndex((id, at) => id !== b.ids[at]) + 1; // up to it, all states are alike
  const parts = orderedParts(Object.fromEntries(places.map(({ part }) => [part, true])));
  const layers = Math.max(...places.map(({ layer }) => layer));
  const entry = `${layers} ${parts[0]} ${first}`; // where Tab enters
  const shapes = [...sentence("A", a, b, 18), ...sentence("B", b, a, 42)];
  let y = SENTENCES;
  for (let layer = layers; layer >= 1; layer--) {
    if (layers > 1) shapes.push(written(0, y + 14, `layer ${layer}`, { size: 15, anchor: "start", bold: true }));
    if (layers > 1) y += 20;
    for (const part of parts) {
      shapes.push(box(0, y + 7, 5, 12, { fill: partColour(part) }));
      shapes.push(written(11, y + 18, `${SIGNS[part]} ${part.split("_")[0]}`, { size: 15, anchor: "start" }));
      for (const place of places.filter((one) => one.layer === layer && one.part === part)) shapes.push(square(place, y));
      y += ROW;
    }
    y += 6;
  }
  const picture = drawing(NAMES + count * side, y, "Squares: how much of the difference moves with each state", shapes);
  picture.setAttribute("role", "group");
  return picture;

  /** @param {string} name @param {Sentence} one @param {Sentence} other @param {number} foot */
  function sentence(name, one, other, foot) {
    const words = one.words.map((word, at) => written(x(at + 1) + side / 2, foot, cut(word, Math.max(3, most)),
      { size, bold: one.ids[at] !== other.ids[at] }));
    return [written(0, foot, name, { anchor: "start", bold: true }), ...words];
  }

  /** @param {Place} place @param {number} top */
  function square(place, top) {
    const name = `${place.layer} ${place.part} ${place.word}`, share = shares.get(name), alike = place.word < first;
    const known = share !== undefined && Number.isFinite(share);
    const fill = alike ? "var(--pale)" : !known ? "var(--paper)" : tint(share < 0 ? "--below-zero" : "--probability", Math.abs(share));
    const edge = { stroke: name === chosen ? "var(--ink)" : "var(--line)", "stroke-width": name === chosen ? 2.5 : 1 };
    const body = box(x(place.word) + 1, top + 1, side - 2, ROW - 3, { fill, rx: 3, ...edge });
    if (alike) return body;
    const ink = known && Math.abs(share) > 0.72 ? "var(--paper)" : "var(--ink)";
    const told = known ? figure(100 * share, 0) : "";
    const said = `Put B's ${place.part.replace("_", " ")} of layer ${place.layer} at ${a.words[place.word - 1]} into A${known ? `: ${told} % moves` : ""}`;
    const mark = shape("g", { class: "gate", role: "button", tabindex: name === (chosen || entry) ? 0 : -1, "aria-label": said, "data-own-keys": "", "data-square": name }, body,
      written(x(place.word) + side / 2, top + 18, told, { size: 15, fill: ink }));
    mark.addEventListener("click", () => choose(place));
    mark.addEventListener("keydown", (event) => {
      const next = neighbour(place, event.key);
      if (!next && event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      if (next) /** @type {SVGElement | null} */ (picture.querySelector(`[data-square="${next}"]`))?.focus();
      else choose(place);
    });
    return mark;
  }

  /** The square that an arrow leads to. @param {Place} place @param {string} key */
  function neighbour({ layer, part, word }, key) {
    const along = { ArrowLeft: -1, ArrowRight: 1 }[key], across = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (along) return `${layer} ${part} ${word + along}`;
    if (!across) return "";
    const at = parts.indexOf(part) + across;
    if (at >= 0 && at < parts.length) return `${layer} ${parts[at]} ${word}`;
    return `${layer - across} ${across > 0 ? parts[0] : parts[parts.length - 1]} ${word}`;
  }
}

/**
 * Panel 6, share and repeat: a link to this state, and what prints the same numbers.
 */

import { pythonLines, shellLines } from "./repeat.js";
import { writeHash } from "./state.js";
import { button, html } from "./table.js";

/** @typedef {import("./app.js").Page} Page */
/** @typedef {import("./readings.js").Model} Model */
/** @typedef {import("./readings.js").View} View */
/** @typedef {{element: HTMLElement, show: (text: string) => void}} Copied */

const SHOWN_AS_COPIED = 1600; // milliseconds

/** @param {Page} page */
export function makeShare(page) {
  const link = makeCopied("A link to exactly this", "Copy the link");
  const shell = makeCopied("The same numbers in a terminal", "Copy the commands");
  const python = makeCopied("The same numbers in Python", "Copy the Python lines");
  const why = html("p", { class: "panel-lead" }, "To keep this file small, embeddings are rounded to int8, and all other weights to float16. "
    + "The commands read with the weights as they are, so last digits can differ.");
  const rounding = html("ul", { class: "notes" }, ...page.runs.flatMap(({ run }) => [tellRounding(run), ...tellDifferent(run)]).map((told) => html("li", {}, told)));
  const title = html("h2", { id: "share-title" }, "Take it with you");
  const element = html("section", { class: "panel share wide", id: "panel-share", "aria-labelledby": "share-title" }, title, why, rounding);
  const local = html("p", { class: "note" }, "This link works only on this computer. Send the class the file too, and let them put this after its address:");
  const after = makeCopied("", "Copy what follows the address"), forFile = html("div", { class: "for-file" }, local, after.element);
  element.append(link.element, forFile, shell.element, python.element);

  function showLink() {
    const { protocol, href } = page.document.location;
    // a frame of a notebook has no address: the link is to the page once it is saved
    const address = protocol === "about:" ? "explore.html" : href.split("#")[0];
    const hash = writeHash(page.state);
    link.show(address + hash);
    after.show(hash);
    forFile.hidden = protocol !== "file:";
  }
  for (const when of ["pointerenter", "focusin"]) element.addEventListener(when, showLink); // another panel may be used by now

  /** @param {View} view */
  function update(view) {
    showLink();
    shell.show(shellLines(view).join("\n"));
    python.show(pythonLines(view).join("\n"));
  }
  return { element, update };
}

/**
 * A text with a button that copies it.
 * @param {string} name
 * @param {string} action what the button says
 * @returns {Copied}
 */
function makeCopied(name, action) {
  const text = html("code", {});
  const box = html("pre", { class: "copied" }, text);
  const done = html("span", { class: "done", role: "status" });
  const copy = button(action, async () => {
    done.textContent = (await copyText(text)) ? "Copied." : "Selected: press Ctrl+C.";
    setTimeout(() => (done.textContent = ""), SHOWN_AS_COPIED);
  }, { class: "copy" });
  const element = html("div", { class: "take" }, html("div", { class: "take-top" }, ...(name ? [html("h3", {}, name)] : []), copy, done), box);
  return { element, show: (words) => (text.textContent = words) };
}

/**
 * Copy a text, or select it where the browser does not let a page copy.
 * @param {HTMLElement} element
 * @returns {Promise<boolean>} whether it was copied
 */
async function copyText(element) {
  try {
    await navigator.clipboard.writeText(element.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    return false;
  }
}

/** Why the commands may read with another run than the page. @param {import("./network.js").Run} run */
function tellDifferent({ name, words, all_words: all, found }) {
  const left = words.length < all ? [`${name}: this page keeps ${words.length} of its ${all} words. The commands read with all of them, so they can say something else.`] : [];
  return found ? left : [...left, `${name}: it was given by its path. Write the path for its name in the commands.`];
}

/** What rounding does to a run's answers, as measured when the page was made. @param {any} run its JSON */
export function tellRounding({ name, rounding }) {
  const { total_variation: moved, same_top: same, sentences, data } = rounding;
  if (moved === null) return `${name}: its answers are no numbers (NaN), so what rounding does to them is not measured.`;
  const share = (/** @type {number} */ value, /** @type {number} */ places) => `${(100 * value).toFixed(places)}\u00a0%`;
  return `${name}: rounding moves ${share(moved, 2)} of the probability to other answers, on average, and the first answer stays the `
    + `same after ${share(same, 1)} of the words, in ${sentences} sentences of ${data}.`;
}

// Raw text -> words -> ids, by the rule that both models split text by: nlp_lstm/text/splitting.py and
// vocabulary.py have it in Python.
//
// It follows the Penn Treebank ("do n't", "film 's"), as the treebanks that people train on do. Beyond it, a
// link, a handle and an e-mail address are one word each.

/** @typedef {import("./network.js").Run} Run */
/** @typedef {{word: string, start: number, end: number}} Word places in UTF-16 units: text.slice(start, end) */

/**
 * A text as words and ids.
 * @typedef {object} Sentence
 * @property {string[]} words as typed; the last one is "(end)" if there is an implied end
 * @property {number[]} ids
 * @property {boolean[]} unknown whether the vocabulary does not know the word
 * @property {number[]} starts where each begins in the text
 * @property {number[]} ends where it ends; an implied end begins and ends behind the last word
 * @property {boolean} hasEnd whether there is an implied end
 */

const UNKNOWN = 1; // the id of <unk>
const RESERVED_WORDS = 3; // [PAD], <unk>, <eos>
export const END = "(end)";
const STOP = ".";
const STOPS = /^[.!?…]+$/;

// Python's search engine and JavaScript's differ in what \b and \s mean and in how letter case is left aside, so
// both are spelled out: what may stand in a word, where one begins and ends, what is blank. In a link U+0345, an
// accent, is a letter, since it is one in the other case.
const INSIDE = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\xb2\\xb3\\xb9\\xbc-\\xbe]";
const BEGINS = `(?<!${INSIDE})(?=${INSIDE})`;
const ENDS = `(?<=${INSIDE})(?!${INSIDE})`;
const BLANK = "\\p{White_Space}";

/**
 * A pattern that matches letters in upper and lower case; the old long s is an s.
 * @param {string} pattern of small letters
 */
function anyCase(pattern) {
  return pattern.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}${letter === "s" ? "ſ" : ""}]`);
}

// What names a place on the net or an account: https://a.org/b, www.a.org, sam@a.org, @sam.
const LINK = [
  `(?:${anyCase("https?")}://|${BEGINS}${anyCase("www")}\\.)\\P{White_Space}*[\\p{L}\\u0345\\p{N}/]`,
  `(?:${BEGINS}|${ENDS})[\\p{L}\\p{N}][\\p{L}\\p{N}._%+\\-]{0,63}@[\\p{L}\\p{N}]+(?:[.\\-][\\p{L}\\p{N}]+)*\\.\\p{L}+`,
  "(?<![\\p{L}\\p{N}_])@[\\p{L}_][\\p{L}\\p{N}_]*",
].join("|");

const ABBREVIATIONS = ["mr", "mrs", "ms", "dr", "jr", "sr", "vs", "inc", "corp", "co", "ltd"].map(anyCase).join("|");

// What counts as one word, first match first. A sign that is none of these is one with its accents and joiners.
const WORD = [
  "<unk>",
  `${BEGINS}(?:${ABBREVIATIONS}|${anyCase("st")}|[ﬅﬆ])\\.(?=${BLANK})`,
  `(?:${BEGINS}\\p{L}\\.){2,}`, // u.s.
  `\\p{L}+(?=[nN]['’][tT]${ENDS})`, // is|n't
  `[nN]['’][tT]${ENDS}`,
  `['’](?:${anyCase("s|re|ve|ll|d|m")})${ENDS}`,
  "\\p{N}+(?:[.,:/]\\p{N}+)*(?:-?\\p{L}[\\p{L}\\p{M}]*)*", // 1,000 3:30 21st
  "[\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N}_]*(?:[\\-./][\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}_]*)*", // feel-good
  "\\.{2,}|-{2,}|``|''",
  "[\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u{110bd}\\u{110cd}]", // signs before a number
].join("|");

const SPLITTERS = {
  withLinks: new RegExp(`${LINK}|${WORD}`, "uy"),
  without: new RegExp(WORD, "uy"),
  link: new RegExp(`^(?:${LINK})$`, "u"),
  blank: new RegExp(BLANK, "u"),
  pieces: new RegExp(`[^${BLANK}\\x1c-\\x1f]+`, "gu"), // what Python finds between blanks
  signs: new Intl.Segmenter("en", { granularity: "grapheme" }),
};

/**
 * The words of a raw text, each exactly as it stands there; half of a pair of signs becomes "�".
 * @param {string} text
 * @param {boolean} [links] whether a link, a handle and an e-mail address are one word each
 * @returns {Word[]}
 */
export function splitWords(text, links = true) {
  const whole = text.replace(/\p{Surrogate}/gu, "\ufffd");
  const splitter = links ? SPLITTERS.withLinks : SPLITTERS.without;
  /** @type {Word[]} */
  const found = [];
  let start = 0;
  while (start < whole.length) {
    if (SPLITTERS.blank.test(whole[start])) {
      start++;
      continue;
    }
    splitter.lastIndex = start;
    const word = splitter.exec(whole)?.[0];
    const before = found[found.length - 1];
    const end = word ? start + word.length : signEnd(whole, start, before?.end === start ? before.start : start);
    found.push({ word: whole.slice(start, end), start, end });
    start = end;
  }
  return found;
}

/**
 * Where the sign that stands at a place ends, with its accents and joiners. Only a piece of the text is looked
 * at, since a segmenter copies what it is given.
 * @param {string} text
 * @param {number} start of the sign
 * @param {number} from where to look from: a sign may have begun in the word before it
 */
function signEnd(text, start, from) {
  for (let size = 16; ; size *= 2) {
    const piece = text.slice(from, start + size);
    const sign = SPLITTERS.signs.segment(piece).containing(start - from);
    const end = from + (sign ? sign.index + sign.segment.length : piece.length);
    if (end + 2 <= start + size || start + size >= text.length) return end; // else it may go on
  }
}

/** The words that a run knows. */
export class Vocabulary {
  /** @param {Run} run */
  constructor(run) {
    this.run = run;
    /** @type {Map<string, number>} a typed "[PAD]" is text and not padding */
    this.ids = new Map();
    for (let id = RESERVED_WORDS; id < run.words.length; id++) this.ids.set(run.words[id], id);
  }

  /**
   * The id of a word as it was typed; 1 if it is unknown.
   * @param {string} word
   */
  id(word) {
    return this.ids.get(word) ?? this.ids.get(this.normalize(word)) ?? UNKNOWN;
  }

  /** Whether no word of a text is unknown. @param {string} text */
  knows(text) {
    return !this.encode(text).unknown.some(Boolean);
  }

  /**
   * What the model sees of a word: straight apostrophes, no links, and lower case, if it was trained so.
   * @param {string} word
   */
  normalize(word) {
    const { straight_apostrophes: straight, links, reading } = this.run;
    let seen = straight ? word.replaceAll("’", "'") : word;
    if (links && SPLITTERS.link.test(seen)) seen = "<unk>";
    return reading.lowercase ? Array.from(seen, (sign) => sign.toLowerCase()).join("") : seen;
  }

  /**
   * A typed text as the words and ids that the run reads.
   * @param {string} text
   * @param {{asTyped?: boolean}} [options] asTyped: read it without an implied end, even if the run's sentences
   *   have stops and this one has none
   * @returns {Sentence} without words if the text has none
   */
  encode(text, { asTyped = false } = {}) {
    const { tokenized, ends_with_stop: stops } = this.run.reading;
    const found = tokenized ? this.splitBlanks(text) : splitWords(text, this.run.links);
    const last = found[found.length - 1];
    const hasEnd = stops && !asTyped && last !== undefined && !STOPS.test(last.word);
    const ids = found.map(({ word }) => this.id(word));
    if (hasEnd) {
      found.push({ word: END, start: last.end, end: last.end });
      ids.push(this.id(STOP));
    }
    return {
      words: found.map(({ word }) => word),
      ids,
      unknown: ids.map((id) => id === UNKNOWN),
      starts: found.map(({ start }) => start),
      ends: found.map(({ end }) => end),
      hasEnd,
    };
  }

  /**
   * The pieces between blanks, as a run of tokenized text has its words; unknown ones are split like raw text.
   * @param {string} text
   * @returns {Word[]}
   */
  splitBlanks(text) {
    return Array.from(text.matchAll(SPLITTERS.pieces), ({ 0: piece, index }) => {
      if (this.id(piece) !== UNKNOWN) return [{ word: piece, start: index, end: index + piece.length }];
      const words = splitWords(piece, this.run.links);
      return words.map(({ word, start, end }) => ({ word, start: index + start, end: index + end }));
    }).flat();
  }
}

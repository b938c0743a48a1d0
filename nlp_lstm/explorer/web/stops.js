/**
 * The tour: what articles say of LSTMs, in nine stops, each a state of the page in which one can see it.
 *
 * Figures are those of docs/understand (verdict.txt and hidden_against_cell.md), with their 95 % intervals. What a
 * stop says of the page is so for the two runs that come with the package.
 */

/** @typedef {import("./state.js").State} State */

/**
 * @typedef {object} Stop
 * @property {string} title
 * @property {string[]} reads names of the runs that it needs, the one in focus first
 * @property {Partial<State>} state of the page, without the place of the run
 * @property {[string, string, string]} says three sentences
 * @property {string} todo one thing to do
 * @property {string} question what to guess
 * @property {string} answer
 * @property {string} source where in the documentation the figures stand; "" if there are none
 * @property {Partial<State>} [shows] what changes on the page when the answer is revealed
 */

const TAGGER = "sentiment-sst", PREDICTOR = "next-word-stories";
const SKY = "the sky is blue, therefore the baby elephant is crying";
const FUNNY = "the film was not funny";

/** @type {Stop[]} */
export const TOUR = [
  {
    title: "Word by word",
    reads: [TAGGER],
    state: { text: SKY, word: 3, panel: "type" },
    says: [
      "A recurrent network reads one word after another, and has a state after each.",
      "In Keras, return_sequences=True returns the hidden state after every word.",
      "Articles read the sentiment at “is” as its sentiment in the context of the sentence.",
    ],
    todo: "Press the words above one after another (or the keys ← →), to the end, and watch what the tagger says.",
    question: "Suppose the sentence ended in “smiling”. What would the tagger say at “is”?",
    answer: "The same as before: it had read only “the sky is”. Read a part alone or in its whole sentence, and its "
      + "hidden states do not change at all (less than 0.0005). It is the sentiment so far.",
    source: "claim 9",
    shows: { swap: 11, swapWord: "smiling" },
  },
  {
    title: "Two states",
    reads: [TAGGER],
    state: { text: FUNNY, word: 4, unit: 94, panel: "strip" },
    says: [
      "An LSTM shows its hidden state h and keeps its cell state c; a simple RNN and a GRU have only h.",
      "In Keras, return_state=True (not return_states) returns the output, the last h and the last c.",
      "Articles say that h is about the latest word, and c about all words so far.",
    ],
    todo: "Choose units with ↑ and ↓ in the strip, and compare the row in h with the row in c.",
    question: "Which depends more on the latest word: h or c?",
    answer: "h, but only a little: in the tagger 16 % of all words' influence on h is the latest word's, and 13 % of that "
      + "on c (0.164 [0.155, 0.174], 0.132 [0.124, 0.140]).",
    source: "claim 1",
  },
  {
    title: "The forget gate",
    reads: [TAGGER],
    state: { text: FUNNY, word: 4, unit: 94, opened: "forget_gate", panel: "step" },
    says: [
      "The forget gate f is computed from the word x and from h before it, and multiplies c: x does not pass through it.",
      "It acts on what was there before the word, not on the word itself: at “not”, unit 94 keeps 2 %.",
      "Articles say that high forget weights mark the important words.",
    ],
    todo: "Press “was” above: how much does unit 94 keep there?",
    question: "At a word that is remembered for long, is the forget gate high or low?",
    answer: "Rather low: such a word clears room for itself. Over words, the gate's correlation with what is left of the "
      + "word five words later is −0.333 [−0.367, −0.295] in the tagger. For the input gate it is 0.724 [0.703, 0.746].",
    source: "claim 8",
  },
  {
    title: "Input gate and candidate",
    reads: [TAGGER],
    state: { text: FUNNY, word: 4, unit: 94, opened: "input_gate", panel: "knobs" },
    says: [
      "The candidate g is new content, and the input gate i says how much of it is written: c = f · c + i · g.",
      "What is left of a word is i · g at that word, times all the forget gates after it.",
      "The tagger writes “not” strongly.",
    ],
    todo: "Hold the input gate of all units at “not”, drag it to 0, and press (end) above.",
    question: "What does the tagger say of the whole sentence then?",
    answer: "Positive, 84 %: nothing of “not” was written. Over many sentences, more than half of what is in "
      + "memory after “no” was written at “no”: 0.55 [0.51, 0.58].",
    source: "under “More results”",
    shows: { word: 6, knobs: [{ part: "input_gate", value: 0, layer: 1, unit: null, word: 4 }] },
  },
  {
    title: "The output gate",
    reads: [TAGGER],
    state: { text: "it looked dull, but it is great", word: 4, unit: 82, opened: "output_gate", panel: "step" },
    says: [
      "Articles leave out its equation: h = o · tanh(c), so h is what o lets through of c.",
      "It does not change c: at the comma, unit 82 holds −1.40 and shows −0.01.",
      "Articles say that gates amplify or diminish.",
    ],
    todo: "Press the words after the comma: c stays far from 0, h between −0.33 and 0. (The tagger gets this sentence wrong.)",
    question: "Which of these can exceed 1: a gate, h, or c?",
    answer: "Only c, because it adds up over words. No gate amplifies: over all sentences, the tagger's largest output "
      + "gate is 0.998, its largest h 0.993, and its largest c 12.563.",
    source: "claim 7",
  },
  {
    title: "Arrows and shapes",
    reads: [TAGGER],
    state: { text: FUNNY, word: 4, unit: 94, opened: "candidate", panel: "step" },
    says: [
      "Each gate, and the candidate, is a layer of its own: x W + h U + b, squashed.",
      "A common picture in articles, of 5 inputs and 4 units, has 20 + 16 arrows: the weights of one gate only.",
      "Here one sum has 268 products, of 100 inputs and 168 units, and a bias.",
    ],
    todo: "Press another gate in the drawing: it has weights of its own.",
    question: "How many parameters has an LSTM layer with 5 inputs and 4 units?",
    answer: "160 and not 36: 4 · (5 · 4 + 4 · 4 + 4), with three gates, the candidate, and their biases. The tagger's "
      + "layer has 4 · (100 · 168 + 168 · 168 + 168) = 180,768.",
    source: "",
  },
  {
    title: "Stacked layers",
    reads: [PREDICTOR],
    state: { text: SKY, layer: 2, word: 4, panel: "memory" },
    says: [
      "The predictor stacks two layers: the h of the first is the x of the second.",
      "Articles say that the numbers of units and of layers must not differ too much: nobody has shown that.",
      "Below the map you see how old this layer's memory is, in words.",
    ],
    todo: "Press a word above the map: how much of what it wrote is left at the end?",
    question: "Is the memory of layer 1 older or newer than that of layer 2?",
    answer: "Newer: over many sentences c is 2.528 [2.467, 2.588] words old in layer 1, and 2.935 [2.854, 3.013] in layer 2. "
      + "What h shows is newer still in layer 1, 1.431 [1.404, 1.459] words. In layer 2, h is no newer: 2.950 [2.871, 3.027]. "
      + "The map now shows layer 1: compare the last line under it.",
    source: "claim 3",
    shows: { layer: 1 },
  },
  {
    title: "What h says depends on the task",
    reads: [PREDICTOR, TAGGER],
    state: { text: "the sky is", word: 3, panel: "type" },
    says: [
      "Articles say that after “the sky is” the tagger's h encodes “is”, and the predictor's “blue”.",
      "This predictor expects “so”: in its stories, skies are seldom blue.",
      "From the tagger's h one does read “is”; “blue” is too rare in the stories to judge.",
    ],
    todo: "Press a word that the predictor expects, to write it.",
    question: "Which is easier to read from the predictor's h: the word just read, or the next?",
    answer: "The word just read: linear probes find it with accuracy 0.998 [0.996, 0.999], the next with 0.535 "
      + "[0.519, 0.550]. From the tagger's h they find the next with 0.277 [0.252, 0.304]. So the task matters, in part.",
    source: "claims 5 and 6",
  },
  {
    title: "Hidden against cell",
    reads: [PREDICTOR],
    state: {
      text: "the king near the tree", other: "the kings near the tree", towards: "were", against: "was", panel: "versus",
    },
    says: [
      "What can be read from a state is not all that the model uses.",
      "So put one state of B into A, and see how far the answer follows: “were” against “was”.",
      "The number of the noun must get to the verb, past other words.",
    ],
    todo: "Press “All squares”.",
    question: "Two words after the noun, does its number lie in h or in c of layer 2?",
    answer: "In c: over many pairs c moves 0.856 [0.833, 0.880] of the difference, and h 0.073 [0.064, 0.082]. But the tagger "
      + "does not hide a negation: one word later its h moves 0.534 [0.520, 0.546].",
    source: "claims 10 and 11",
    shows: { squares: "all" },
  },
];

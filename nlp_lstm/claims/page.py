"""All claims, in the order of the verdict. To add one, add a judge and an entry here."""

from nlp_lstm.claims import Claim
from nlp_lstm.claims.cells import BACK, FOLLOWS, judge_counting, judge_exploding, judge_vanishing
from nlp_lstm.claims.gates import BEGINNINGS, SAME, judge_context, judge_forget_weights, judge_gates
from nlp_lstm.claims.meanings import judge_article, judge_task
from nlp_lstm.claims.patching import judge_carried
from nlp_lstm.claims.sizes import judge_depth, judge_difference, judge_width
from nlp_lstm.claims.states import judge_age, judge_everything_so_far, judge_latest_word, judge_words_before

# The rules of the two claims on patching were written on 2026-11-29, before the claims were run. A first look
# at patching had been taken: at agreement with a run that no longer ships, and at both kinds of pairs with
# the shipped runs. The rules of the six claims behind them were written on the same day, before any of their
# studies had been run.
PATCHED = (
    "share of the difference between two sentences that moves with a state of the last layer, at each word "
    "between the one that differs and the last"
)
CARRIED = (
    "holds if at every such word the interval of the cell state's share lies above 0.5 and that of the "
    "hidden state's below 0.5, in part if at some"
)

# Of the first two, a first look had been taken: at the slopes of the hidden state alone, which leave out the
# LSTM's way through its cell state, and which showed that without larger kernels no cell's slopes grow.
SLOPES = "five models of each cell, of one size: size of the slopes of all that the cell carries by the same"
SWEPT = "a sweep over units and layers, three trainings each"

CLAIMS = (
    Claim(
        "The hidden state is more concerned with the latest word than the cell state is.",
        "the latest word's share of the influence that all words have on the state now; holds where the "
        "hidden state's share is larger and the interval of the difference lies above 0",
        judge_latest_word,
        effort=50,
        unit="share of all influence",
    ),
    Claim(
        "The cell state holds more of the words before than the hidden state does.",
        "accuracy of linear probes for the words up to 10 places back, those of which there are 200 to test "
        "on; holds where the accuracy from the cell state is higher and the interval of the difference lies "
        "above 0",
        judge_words_before,
        effort=120,
        unit="accuracy",
    ),
    Claim(
        "What the hidden state shows is newer than what the cell state holds.",
        "memory age: how many words ago the content of the state was written, as a mean weighted by share; "
        "the content of the hidden state is what it reads out of the cell state; holds where the interval of "
        "the difference, hidden state minus cell state, lies below 0",
        judge_age,
        effort=20,
        unit="words ago",
    ),
    Claim(
        "The cell state is concerned with all the data so far.",
        "how many words back a linear probe reads every word better than naming the commonest word does; "
        "places up to 10 are tested, those of which there are 200 words; holds if the cell state of every "
        "layer reaches 10, in part if the cell state of any layer reaches 1",
        judge_everything_so_far,
        unit="words back",
    ),
    Claim(
        "What the hidden state encodes depends on the task: the current word in a tagger, the next word in a "
        "predictor.",
        "accuracy of linear probes on the last layer; holds if the current word is easier to read than the "
        "next word in the tagger, and the next word easier than the current word in the predictor; in part "
        "if only the next word is easier to read from the predictor than from the tagger; easier: the "
        "intervals do not overlap",
        judge_task,
        effort=8,
        unit="accuracy",
    ),
    Claim(
        "After “the sky is”, the tagger's hidden state encodes “is” and the predictor's “blue”.",
        "what linear probes read there from the last layer's hidden state; holds if they read both words, in "
        "part if they read one; not enough data if a word is too rare in the corpus to fit a probe",
        judge_article,
    ),
    Claim(
        "Gates amplify or diminish what passes.",
        "largest absolute value over the corpus; holds if a gate exceeds 1",
        judge_gates,
        unit="largest absolute value",
    ),
    Claim(
        "High forget weights mark the important time-steps.",
        "Spearman's rank correlation, over words, between the mean gate at a word and the length of what is "
        "left of the word 5 words later; holds where the interval of the forget gate lies above 0 and above "
        "the interval of the input gate",
        judge_forget_weights,
        unit="rank correlation",
    ),
    Claim(
        "What the model says of a word is said in the context of the whole sentence.",
        f"the first halves of sentences, of {BEGINNINGS} at most, are read alone; holds if a hidden state "
        f"differs from its value in the whole sentence by more than {SAME:g}",
        judge_context,
        unit="largest change of a unit",
    ),
    Claim(
        "What is needed later is carried by the cell state and does not show in the hidden state until it "
        "is used: the number of a noun, until its verb.",
        f"{PATCHED}, in predictors; {CARRIED}",
        judge_carried("words"),
        unit="share that moves",
    ),
    Claim(
        "What is needed later is carried by the cell state and does not show in the hidden state until it "
        "is used: a negation, until the end.",
        f"{PATCHED}, in taggers; {CARRIED}",
        judge_carried("labels"),
        unit="share that moves",
    ),
    Claim(
        "Gates keep gradients from vanishing.",
        f"{SLOPES} {BACK} words back, trained; holds if the intervals of lstm and gru lie above that of the "
        "rnn, in part if one does",
        judge_vanishing,
        unit="size of the slopes",
    ),
    Claim(
        "Gates keep gradients from exploding.",
        f"{SLOPES} {BACK} words back, before training, with recurrent kernels up to 4 times as large; not "
        "enough data if those of the rnn do not grow either; holds if no interval of lstm or gru lies above "
        "1, in part if those of one do not",
        judge_exploding,
        unit="size of the slopes",
    ),
    Claim(
        "An LSTM counts, a GRU does not.",
        "share of whole strings aⁿbⁿ answered right, of those longer than any in training; five trainings "
        "each; holds if the interval of the lstm lies above that of the gru, and the interval of the "
        "correlation of its best unit's cell state with the true count "
        f"above {FOLLOWS:g}; in part if one is so",
        judge_counting,
        unit="share, or correlation",
    ),
    Claim(
        "Width helps where features must be combined.",
        f"{SWEPT}, parity of flags; holds if the most units with one layer are better than the fewest units "
        "with one layer, and than the fewest with the most layers; in part if only the first is so; better: "
        "the interval of the difference lies above 0",
        judge_width,
        unit="difference of quality",
    ),
    Claim(
        "Depth helps where patterns are nested.",
        f"{SWEPT}, nested formulas; holds if the most layers are better than one layer at every number of "
        "units, in part if at some; better: the interval of the difference lies above 0",
        judge_depth,
        unit="difference of quality",
    ),
    Claim(
        "Units and layers cannot differ much: neither complexity works without the other.",
        f"{SWEPT}, flags, formulas and stories; holds if in each of them the most units with one layer, and "
        "the fewest units with the most layers, are worse than the best other shape, in part if in some; "
        "worse: the interval of the difference lies below 0",
        judge_difference,
        unit="difference of quality",
    ),
)

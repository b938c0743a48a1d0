"""The claims in the order in which the verdict tells them. To add one, add a judge and an entry here."""

from nlp_lstm.claims import Claim
from nlp_lstm.claims.gates import SAME, judge_context, judge_forget_weights, judge_gates
from nlp_lstm.claims.meanings import judge_article, judge_task
from nlp_lstm.claims.states import judge_age, judge_everything_so_far, judge_latest_word, judge_words_before

CLAIMS = (
    Claim(
        "The hidden state is more concerned with the latest word than the cell state is.",
        "share of the latest word in the influence of all words on the state now; holds where that of the "
        "hidden state is larger, the interval of the difference above 0",
        judge_latest_word,
    ),
    Claim(
        "The cell state holds more of the words before than the hidden state does.",
        "accuracy of linear probes for the word 1 to 10 places back; holds where that from the cell state is "
        "higher, the interval of the difference above 0",
        judge_words_before,
    ),
    Claim(
        "What the hidden state shows is newer than what the cell state holds.",
        "how many words ago what is in the state was written, mean by share; of the hidden state, what it "
        "reads out of the cell state; holds where the interval of the difference is below 0",
        judge_age,
    ),
    Claim(
        "The cell state is concerned with all the data so far.",
        "how many words back all are read by a linear probe better than by naming the commonest word; holds "
        "if that is 10, as far as is looked, from the cell state of every layer, in part if it is 1 of any",
        judge_everything_so_far,
    ),
    Claim(
        "What the hidden state encodes depends on the task: the current word in a tagger, the next word in a "
        "predictor.",
        "accuracy of linear probes on the last layer; holds if the tagger's current word is easier and the "
        "predictor's next word, intervals apart; in part if only the next word is easier to read from the "
        "predictor than from the tagger",
        judge_task,
    ),
    Claim(
        "After “the sky is”, the tagger's hidden state encodes “is” and the predictor's “blue”.",
        "what linear probes of the last layer's hidden state read there; holds if both are read, in part if "
        "one is; not enough data where a word is too rare in the corpus to fit a probe",
        judge_article,
    ),
    Claim(
        "Gates amplify or diminish what passes.",
        "largest absolute value over the corpus; holds if a gate exceeds 1",
        judge_gates,
    ),
    Claim(
        "High forget weights mark the important time-steps.",
        "Spearman's rank correlation, over words, of the mean gate at a word with the length of what is left "
        "of the word 5 words later; holds where that of the forget gate is above 0 and above that of the "
        "input gate, intervals apart",
        judge_forget_weights,
    ),
    Claim(
        "What the model says of a word is said in the context of the whole sentence.",
        "the first halves of sentences are read alone; holds if a hidden state differs from that in the "
        f"whole sentence by more than {SAME:g}",
        judge_context,
    ),
)

"""What no run records, for the cards of the shipped runs: the data's origin and terms, limits.

`cards.py` writes the cards; everything that a run does record is taken from there.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """What a run's record does not know.

    Args:
        task, reader: what the run must be of: its task, and the corpus format of its data.
        summary: what the model does.
        data: where its text comes from.
        terms: of that text.
        figures: what the metrics and the baselines mean.
        limits: what it cannot do, as one Markdown list.
        misuse: what it must not be used for.
    """

    task: str
    reader: str
    summary: str
    data: str
    terms: str
    figures: str
    limits: str
    misuse: str


CARDS = {
    "sentiment-sst": Card(
        task="sentiment",
        reader="sst",
        summary="""\
A small recurrent network that reads an English sentence from left to right and says after every word how
positive or negative the sentence is so far. It comes with nlp-lstm so that its gates and states can be
looked at without training anything; it is a specimen to study, not a service to rely on.""",
        data="""\
The Stanford Sentiment Treebank (Socher et al. 2013): English sentences from film reviews on Rotten
Tomatoes, collected by Pang and Lee (2005), parsed by machine; every phrase was rated by people on
Amazon Mechanical Turk. What the model learns to say after a word is the rating of the largest phrase that
ends there; after the last word it is the rating of the sentence.""",
        terms="""\
Its authors state no terms of use. The treebank is not part of nlp-lstm:
<https://nlp.stanford.edu/sentiment/> offers it.""",
        figures="""\
`accuracy_per_word` and `macro_f1` are over all words, `last_word_accuracy` is over the last word of each
sentence, whose label is that of the whole sentence: published figures for five classes mean this.
`last_word_binary` leaves neutral sentences out and asks only whether a sentence is positive or negative.
The baselines: `majority` says the commonest label, `look_up` the commonest label of the word. Two know
which words and pairs of words a sentence has, and not their order: `naive_bayes`, and `tfidf_logistic`, a
logistic regression. They learn from the same constituents of the trees as the model. The rows that end in
`_lead` say how much better the model is than the better of the two, on the same sentences.""",
        limits="""\
- It knows English film reviews from before 2005. It has seen no reviews of other things, no other kinds of
  text and no other languages.
- It reads from left to right: what it says after a word cannot take account of what follows.
- Negation, contrast, irony and comparison are often beyond a network of this size.
- It has taken over the tastes of reviewers and raters: names of people, places, peoples and genres can
  move its answer by themselves. That is worth looking at, and a reason not to trust it.""",
        misuse="""\
Not for decisions about people, such as screening, moderating or grading what somebody wrote; not for
measuring opinion about persons, groups or products; not as evidence of what an author feels.""",
    ),
    "next-word-stories": Card(
        task="next-word",
        reader="stories",
        summary="""\
A small recurrent network that reads an English text from left to right and says which word may come next. It
comes with nlp-lstm so that its gates and states can be looked at without training anything; it is a
specimen to study, not a writer to rely on.""",
        data="""\
`stories`: 55 English children's books that were first published before 1929, by Andersen, Lang, Baum,
Nesbit, Alcott, Burnett, Carroll, Kipling, MacDonald, Potter and others; about four million words. It was
trained on 53 of them; one each is the validation and the test split. The text comes with nlp-lstm, which has
a page on how it was chosen and cut.""",
        terms="""\
The books are in the public domain in the USA, and wherever copyright ends 70 years after an author's
death.""",
        figures="""\
`perplexity` is the exponential of `cross_entropy` (nats per word), with the state carried across the whole
split and every position counted, unknown words too; `fresh_perplexity` starts every line from an empty
state, and `perplexity_known` leaves the unknown words out. `top_1_accuracy` and `top_5_accuracy` say how
often the word that came was the likeliest, or among the five likeliest. Perplexities compare only where
vocabulary and casing are the same. The baselines: `unigram` knows only how common each word is,
`kneser_ney_trigram` the two words before.""",
        limits="""\
- It knows the English of children's books of about 1850 to 1928, which tell mostly in the past, and no word
  outside its vocabulary: all other words are one unknown word to it.
- It reads from left to right, and holds all that it has read in states of a fixed size.
- It knows no facts. The text that it generates is made up, and may repeat short passages of its training
  text.
- It has taken over how these books write about girls and boys, rich and poor, home and abroad. Books and
  sentences with slurs or caricature were left out; what was taken for granted at the time is still there.
  That is worth looking at, and a reason not to trust it.""",
        misuse="""\
Not for decisions about people; not for texts that somebody may take for information; not for completing,
correcting or judging what somebody wrote.""",
    ),
}

GLOVE = """\
The embedding started from GloVe 6B, vectors learned from Wikipedia 2014 and Gigaword 5 (Pennington et al.
2014), under the Public Domain Dedication and License 1.0
(<https://opendatacommons.org/licenses/pddl/1-0/>), and was then trained further. Its numbers were scaled to
a standard deviation of 0.1; words that do not occur in the text keep these numbers."""

CONTENT = """\
Words and numbers: the settings and figures (`run.json`), the words of the vocabulary (`tokenizer.json`),
the weights in float16 (`weights.safetensors`) and the loss of every epoch (`history.csv`). No sentence of
the data, and no code: nothing is unpickled. nlp-lstm's own license is MIT. It is not settled how far the
terms of a text apply to weights that were trained on it; if you pass the run on, pass on this card too."""

REFERENCES = """\
- Mitchell et al. 2019, Model Cards for Model Reporting, FAT*
- Pang & Lee 2005, Seeing stars, ACL
- Pennington et al. 2014, GloVe: Global Vectors for Word Representation, EMNLP
- Socher et al. 2013, Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank, EMNLP"""

"""The model card of a run that comes with nlp-lstm: what it is, what it was made of, what it is not for.

What a run records (recipe, figures, labels, sizes) is written from its record; what no record knows (the
data's origin and terms, limits) is a text per run. The headings follow Mitchell et al. 2019, "Model Cards
for Model Reporting".
"""

import textwrap
from dataclasses import dataclass, fields

from nlp_lstm.errors import UnknownNameError, UsageError
from nlp_lstm.settings import Settings
from nlp_lstm.store.run import Run
from nlp_lstm.task import load_task


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
The baselines: `majority` says the commonest label, `look_up` the commonest label of the word,
`tfidf_logistic` is a logistic regression on the words of the whole sentence.""",
        limits="""\
- It knows English film reviews from before 2005. It has seen no reviews of other things, no other kinds of
  text and no other languages.
- It reads from left to right: what it says after a word cannot take account of what follows.
- Negation, contrast, irony and comparison are often beyond a network of this size.
- It has taken over the tastes of reviewers and raters: names of people, places, peoples and genres can
  move its answer by themselves. That is worth looking at, and a reason not to trust it.
- Its probabilities are not calibrated.""",
        misuse="""\
Not for decisions about people, such as screening, moderating or grading what somebody wrote; not for
measuring opinion about persons, groups or products; not as evidence of what an author feels.""",
    ),
    "next-word-wikitext2": Card(
        task="next-word",
        reader="text",
        summary="""\
A small recurrent network that reads English text from left to right and says which word may come next. It
comes with nlp-lstm so that its gates and states can be looked at without training anything; it is a
specimen to study, not a writer to rely on.""",
        data="""\
WikiText-2 (Merity et al. 2016): about two million words of Wikipedia articles that editors had verified
as good or featured.""",
        terms="""\
The text is by the contributors of Wikipedia, under CC BY-SA 3.0
(<https://creativecommons.org/licenses/by-sa/3.0/>) and the GFDL
(<https://www.gnu.org/licenses/fdl-1.3.html>). The corpus is not part of nlp-lstm.""",
        figures="""\
`perplexity` is the exponential of `cross_entropy` (nats per word), with the state carried across the whole
split and every position counted, unknown words too; `fresh_perplexity` starts every line from an empty
state. `top_1_accuracy` and `top_5_accuracy` say how often the word that came was the likeliest, or among
the five likeliest. Perplexities compare only where vocabulary and casing are the same. The baselines:
`unigram` knows only how common each word is, `kneser_ney_trigram` the two words before.""",
        limits="""\
- It knows edited English encyclopedia prose from before 2016, and no word outside its vocabulary: all other
  words are one unknown word to it.
- It reads from left to right, and holds all that it has read in states of a fixed size.
- It knows no facts. The text that it generates is made up, including names, dates and numbers, and may
  repeat short passages of its training text.
- It has taken over what Wikipedia writes about and how: who has articles, which pronoun follows which
  occupation, which peoples come with which verbs. That is worth looking at, and a reason not to trust it.""",
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
- Merity et al. 2016, Pointer Sentinel Mixture Models, arXiv:1609.07843
- Mitchell et al. 2019, Model Cards for Model Reporting, FAT*
- Pang & Lee 2005, Seeing stars, ACL
- Pennington et al. 2014, GloVe: Global Vectors for Word Representation, EMNLP
- Socher et al. 2013, Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank, EMNLP"""


def write_card(run: Run, name: str) -> str:
    """Return the card of a run as Markdown.

    Args:
        run: finished, trained on the data that the card tells of.
        name: what the run is shipped as.

    Raises:
        UnknownNameError: if there is no text for such a name; lists the known ones.
        UsageError: if the run is not finished, or is not what the card would say that it is.
    """
    if name not in CARDS:
        raise UnknownNameError("shipped run", name, CARDS)
    card = CARDS[name]
    _check(run, name, card)
    terms = [card.terms, GLOVE] if run.data.get("vectors") else [card.terms]
    outputs = f"The labels: {', '.join(run.label_names)}." if run.label_names else ""
    case = "in lower case" if run.settings.lowercase else "as they are written"
    size = f"It sees words {case}. Vocabulary: {len(run.vocabulary)} entries. Weights: {_count(run)} numbers."
    sections = {
        f"# {name}": [card.summary, outputs],
        "## Data and its terms": [card.data, *terms],
        "## Recipe": [f"```\n{_command(run)}\n```", _recipe(run), size],
        "## Figures": [_table(run), _measured(run, name), card.figures],
        "## What is in the run": [CONTENT],
        "## Limits": [card.limits],
        "## What it must not be used for": [card.misuse],
        "## References": [REFERENCES],
    }
    blocks = [block for title, texts in sections.items() for block in (title, *texts) if block]
    return "\n\n".join(blocks) + "\n"


def _check(run: Run, name: str, card: Card) -> None:
    """Raise a UsageError where the fixed text of a card would not be true of a run."""
    reader, vectors = run.data["source"].partition(":")[0], run.data.get("vectors")
    if run.status != "finished":
        raise UsageError(f"{run.name} is {run.status}: ship a run that is finished")
    if (run.task, reader) != (card.task, card.reader):
        raise UsageError(
            f"{run.name} is a {run.task} run on {reader}: {name} must be {card.task} on {card.reader}"
        )
    if run.data.get("limit") or run.data.get("init_from") or run.data.get("labels", "phrase") != "phrase":
        raise UsageError(f"{run.name} has --limit, --init-from or --labels word: the card describes none")
    if vectors and "glove.6B." not in vectors:
        raise UsageError(f"{run.name} started from {vectors}: the card describes only GloVe 6B")


def _command(run: Run) -> str:
    """The command that trains such a run, with every setting that is not the task's default."""
    data, default = run.data, load_task(run.task).settings
    options = [f"--task {run.task}", f"--data {run.data['source'].partition(':')[0]}:DIR"]
    if data.get("classes", 5) != 5:
        options.append(f"--classes {data['classes']}")
    if data.get("subphrases"):
        options.append("--subphrases")
    if data.get("vectors"):
        options.append(f"--vectors {data['vectors']}")
    for entry in fields(Settings):
        value, option = getattr(run.settings, entry.name), entry.name.replace("_", "-")
        if value != getattr(default, entry.name):
            options.append(
                f"--{'' if value else 'no-'}{option}" if isinstance(value, bool) else f"--{option} {value}"
            )
    return " \\\n    ".join(["nlp-lstm train", *options])


def _recipe(run: Run) -> str:
    """What else belongs to the recipe."""
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    share = run.data.get("vectors_share")
    vectors = f" The vectors hold {share:.1%} of the text's different words." if share is not None else ""
    last = run.settings.keep == "last"
    sums = ", ".join(f"{split} `{digest}`" for split, digest in (run.data.get("sha256") or {}).items())
    kept = "the last epoch" if last else "the epoch with the lowest loss on the validation split"
    return _fill(
        f"All other settings are the task's defaults; `run.json` holds every one. Training took "
        f"{len(run.history)} epochs and {run.seconds / 60:.1f} minutes, with {versions}; the weights are "
        f"those of {kept}.{vectors} SHA-256 of the text as read, which `nlp-lstm data` shows for your copy: "
        f"{sums or 'unknown'}."
    )


def _table(run: Run) -> str:
    """The metrics with their intervals, beside those of the baselines, as a Markdown table."""
    baselines = list(dict.fromkeys(name for row in run.metrics.values() for name in row["baselines"]))
    rows = []
    for metric, row in run.metrics.items():
        ends = f" ({' to '.join(map(_number, row['interval']))})" if row["interval"] else ""
        count = "–" if row["n"] is None else f"{row['n']:,}"
        others = [_number(row["baselines"].get(name)) for name in baselines]
        rows.append([metric, f"{_number(row['model'])}{ends}", count, *others])
    lines = [["metric", "model", "n", *baselines], ["---", *["---:"] * (len(baselines) + 2)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: float | None) -> str:
    """A number of the table; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def _measured(run: Run, name: str) -> str:
    """How the figures were measured, and how to measure them again."""
    text = _fill(
        "All figures are on the validation split. The recipe was chosen by this split too, so they flatter "
        "the model a little. They are of the weights as shipped, which are rounded to float16. In brackets "
        "is the 95 % interval, by sentence; n is how many words or sentences a figure is a mean over. To "
        "measure them again:"
    )
    command = f"nlp-lstm evaluate {name} --data {run.data['source'].partition(':')[0]}:DIR"
    return f"{text}\n\n```\n{command}\n```"


def _fill(text: str) -> str:
    """A paragraph in lines."""
    return textwrap.fill(text, 106, break_long_words=False, break_on_hyphens=False)


def _count(run: Run) -> int:
    """How many numbers the weights are."""
    return sum(values.size for values in run.weights.values())

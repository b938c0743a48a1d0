"""Golden numbers for the script of the page, by NumPy: runs as the page has them -> what they read.

    python tests/web/goldens.py FOLDER

writes one file, `goldens.json`, which `node --test tests/web` reads where GOLDENS names it. Weights are the
rounded ones, and everything is computed from them in float64.

    {"runs": [{"run": RUN, "readings": [READING, ...]}, ...], "splits": [[text, links, words, starts], ...]}

READING: `text`, `words`, `ids`, `has_end`, `edits` as the page has them, `layers` (per layer: part -> a list
of units per word), `initial` (per layer: state -> units), `says` (per word: probabilities); and of texts
without edits `writes` (per layer: [t][j][unit], j = 0 before the first word; null for a cell other than
lstm), `ages` (per layer, per word), `attribution` {output, against, words, score, nothing}, and `patched`
{donor_ids, outputs, places, before, donor, after}. `starts` are places in UTF-16, as the page counts.
"""

import json
import random
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nlp_lstm.explorer.weights import describe_run, round_weights
from nlp_lstm.models.edits import Edit
from nlp_lstm.models.network import weight_shapes
from nlp_lstm.settings import Settings
from nlp_lstm.states.attribution import attribute_words
from nlp_lstm.states.memory import memory_age, shares, write_decomposition
from nlp_lstm.states.patching import all_places, patch
from nlp_lstm.states.tracing import trace
from nlp_lstm.store.reading import encode
from nlp_lstm.store.run import Run
from nlp_lstm.text.ends import has_end
from nlp_lstm.text.reading import Reading
from nlp_lstm.text.splitting import word_offsets
from nlp_lstm.text.vocabulary import Vocabulary

WORDS = tuple("the sky is n't blue , not a bad film and boys near rivers were happy . it 's".split())  # noqa: SIM905
TEXTS = ("the sky isn't blue", "Not a bad film, and the boys near rivers were happy.", "it’s unheard of")
LABELS = ("negative", "neutral", "positive")
SHAPES = (  # cell, layers, task, tied
    ("lstm", 1, "sentiment", False),
    ("lstm", 2, "next-word", True),
    ("lstm", 3, "sentiment", False),
    ("gru", 1, "next-word", False),
    ("gru", 2, "sentiment", False),
    ("gru", 3, "next-word", True),
    ("rnn", 1, "sentiment", False),
    ("rnn", 2, "next-word", False),
    ("rnn", 3, "sentiment", False),
)
ALPHABET = (
    "abcdefgXYZ 0123456789 .,:;!?'’\"-_/@#$%&*()[]<>`…—\n\t"
    "éüñßøåçÀÖ ąćłż αβγδ абвг אבג ابج अआइकि ไทย 中文字 かな 한글 ①²½ 😀👍🏽👨‍👩‍👧🇩🇪"
    " e\u0301a\u0308n\u0303\u200d"
)
UNASSIGNED = ("Cn", "Cs", "Co")  # in Python's Unicode, which is older than those of both splitters
PIECES = (
    *(
        "isn't",
        "n't",
        "don’t",
        "film's",
        "I'm",
        "they'll",
        "Mr. ",
        "mrs.",
        "U.S.A.",
        "u.s. ",
        "1,000.50",
        "3:30",
    ),
    *(
        "21st",
        "3-year-olds",
        "feel-good",
        "and/or",
        "a.b",
        "...",
        "--",
        "``",
        "''",
        "<unk>",
        "[PAD]",
        "<eos>",
    ),
    *(
        "https://a.org/b?c=1.",
        "HTTP://X",
        "www.a.org,",
        "sam@a.org",
        "@sam",
        "a@b",
        "@",
        "it's",
        "o'clock",
        "'s",
    ),
)


def make_run(cell: str, layers: int, task: str, tied: bool, seed: int = 0) -> Run:
    """A run with random weights, rounded as in a page, in float64."""
    units, dim = (6, 6) if tied else (6, 4)
    settings = Settings(cell=cell, layers=layers, units=units, embedding_dim=dim, tie_weights=tied)
    vocabulary = Vocabulary.build([WORDS])
    labels = LABELS if task == "sentiment" else ()
    shapes = weight_shapes(settings, len(vocabulary), len(labels) or len(vocabulary))
    drawn = np.random.default_rng(seed)
    weights = {name: drawn.normal(0, 0.7, shape).astype(np.float32) for name, shape in shapes.items()}
    reading = Reading(None, True, starts_with_eos=task == "next-word", ends_with_stop=task == "sentiment")
    path = Path(f"{task}-{cell}-{layers}")
    return Run(path, task, settings, labels, vocabulary, weights, reading=reading)


def goldens() -> dict[str, Any]:
    """Everything that is written."""
    return {"runs": [golden_run(make_run(*shape)) for shape in SHAPES], "splits": splits()}


def golden_run(run: Run) -> dict[str, Any]:
    """A run as the page has it, and what it reads."""
    entries, rounded = round_weights(run)
    exact = replace(rounded, weights={name: one.astype(np.float64) for name, one in rounded.weights.items()})
    rounding = {"total_variation": 0, "same_top": 1, "sentences": 1, "data": "mini"}
    told = {**describe_run(run), "rounding": rounding, "weights": entries}
    plain = [golden_reading(exact, text, []) for text in TEXTS]
    return {
        "run": told,
        "readings": [*plain, *(golden_reading(exact, TEXTS[1], one) for one in edits_of(run))],
    }


def edits_of(run: Run) -> list[list[dict[str, Any]]]:
    """Edits as the page has them, to be made one list at a time."""
    gate = {"lstm": "forget_gate", "gru": "update_gate", "rnn": "hidden_state"}[run.settings.cell]
    everywhere = {"layer": None, "part": gate, "word": 4, "unit": None, "value": 0}
    one_unit = {"layer": run.settings.layers, "part": "hidden_state", "word": None, "unit": 2, "value": 0.5}
    first = {"layer": 1, "part": gate, "word": 1, "unit": 0, "value": 1}
    return [[everywhere], [one_unit], [first, everywhere, one_unit]]


def golden_reading(run: Run, text: str, edits: list[dict[str, Any]]) -> dict[str, Any]:
    """What a run makes of a text."""
    sentence = encode(run, text, as_typed=False)
    made = [Edit(one["part"], one["value"], None, one["word"], one["layer"], one["unit"]) for one in edits]
    layers = [*trace(run, sentence, made or None).values()]
    zeros = {state: np.zeros(run.settings.units) for state in layers[0].parts if state.endswith("_state")}
    found = {
        "text": text,
        "words": [*sentence.words],
        "ids": sentence.ids.tolist(),
        "has_end": has_end(sentence),
        "edits": edits,
        "layers": [{name: part.tolist() for name, part in one.parts.items()} for one in layers],
        "initial": [
            {name: state.tolist() for name, state in (one.initial_state or zeros).items()} for one in layers
        ],
        "says": layers[-1].outputs.tolist(),
    }
    return found if edits else found | explained(run, sentence.ids, layers)


def explained(run: Run, ids: np.ndarray, layers: list[Any]) -> dict[str, Any]:
    """The memory, the share of each word, and the scores of patched texts."""
    is_lstm = run.settings.cell == "lstm"
    writes = [write_decomposition(one, before=True) for one in layers] if is_lstm else []
    why = attribute_words(run, ids, 2, 1)
    donor, places = ids[::-1].copy(), all_places(run, [1, 3])
    patched = patch(run, ids[None], donor[None], np.array([[2, 1]]), places)
    where = [{"layer": one.layer, "part": one.part, "word": one.word, "unit": None} for one in places]
    return {
        "writes": [one.tolist() for one in writes] if is_lstm else None,
        "ages": [memory_age(shares(one)).tolist() for one in writes] if is_lstm else None,
        "attribution": {
            **{"output": 2, "against": 1, "words": why.words.tolist()},
            **{"score": why.score, "nothing": why.nothing},
        },
        "patched": {
            **{"donor_ids": donor.tolist(), "outputs": [2, 1], "places": where},
            **{"before": float(patched.before[0]), "donor": float(patched.donors[0])},
            "after": patched.after[0].tolist(),
        },
    }


def splits(count: int = 5000, seed: int = 0) -> list[list[Any]]:
    """Texts and the words that they are split into, each with the place where it begins in UTF-16."""
    drawn = random.Random(seed)
    assigned = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in UNASSIGNED]
    found = []
    for _ in range(count):
        pieces = drawn.choices(
            [*PIECES, *ALPHABET, *"      ", *drawn.choices(assigned, k=20)], k=drawn.randint(1, 24)
        )
        text, links = "".join(pieces), drawn.random() < 0.5
        offsets = word_offsets(text, links)
        starts = [len(text[:start].encode("utf-16-le")) // 2 for start, _ in offsets]
        found.append([text, links, [text[start:end] for start, end in offsets], starts])
    return found


def write_goldens(folder: Path) -> Path:
    """Write the file and return its path."""
    path = folder / "goldens.json"
    path.write_text(json.dumps(goldens()), encoding="utf-8")
    return path


if __name__ == "__main__":
    write_goldens(Path(sys.argv[1]))

"""The sentiment half of `mini`: opinions whose words do not tell their label by themselves.

The label of a word is the sentiment in force after it, reading left to right: negation turns a judgement
over ("not good"), a contrast lets the later one win ("slow but moving"), a concession does not ("moving
although slow"), and a word without judgement keeps what is in force. Unlike the Stanford Sentiment
Treebank, where people judged each phrase, the rules below are the whole truth. Clauses are drawn
independently, so that a label cannot be guessed from the "but" before it.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from nlp_lstm.corpora._grammar import Grammar, forms
from nlp_lstm.corpora._grammar_next_word import SCENES

LABEL_NAMES = ("negative", "neutral", "positive")

PRAISE = "good funny clever charming lovely gentle moving wise fresh brilliant"
FAULT = "bad dull slow boring clumsy silly confusing weak noisy tiresome"
MERIT = "charm wit warmth joy"
DEFECT = "mistakes noise nonsense"
LIKES, LIKE = "likes/like loves/love enjoys/enjoy", "like love enjoy"
HATES, HATE = "hates/hate dislikes/dislike", "hate dislike"
MEASURE = "long short simple strange"
GLAD_MOODS = "happy cheerful smiling laughing"
SAD_MOODS = "sad lonely crying"

NEGATIONS = {"not", "n't", "never", "hardly", "no", "nobody", "without"}
INTENSIFIERS = {"very", "really", "truly", "so", "quite"}
EXCESS = "too"
CONCESSIONS = {"although", "though", "despite"}
CONTRASTS = {"but", "yet"}
CLAUSE_ENDS = {",", ".", ";", "!", "?", "therefore", "because", "while"}

SENTIMENT = Grammar(
    {
        **SCENES,
        "PRAISE": PRAISE,
        "FAULT": FAULT,
        "MERIT": MERIT,
        "DEFECT": DEFECT,
        "LIKES": LIKES,
        "LIKE": LIKE,
        "HATES": HATES,
        "HATE": HATE,
        "MEASURE": MEASURE,
        "WORK": "film/films book/books song/songs story/stories poem/poems plot/plots chapter/chapters",
        "INTENSIFIER": "very really truly",
        "CONCESSION": "although though",
        "SENTENCE": {
            "OPINION? .": 5,
            "OPINION? , but CLAUSE? .": 3,
            "OPINION? , and CLAUSE? .": 3,
            "OPINION? CONCESSION CLAUSE? .": 3,
            "CONCESSION CLAUSE? , CLAUSE? .": 3,
            "OPINION? despite the JUDGED WORK? .": 1,
            "despite the JUDGED WORK? , OPINION? .": 1,
            "FACT? , therefore DEED? .": 2,
            "FACT? , but CLAUSE? .": 1,
            "DEED? because FACT? .": 1,
            "DEED? while DEED? .": 1,
            "SCENE? .": 1,
            "yesterday PAST? .": 1,
        },
        "CLAUSE": {"OPINION": 6, "SCENE": 2, "DENIAL": 1},
        "OPINION": {"the ABOUT is/are QUALITY": 6, "the ABOUT has/have PROPERTY": 1, "KIND": 2, "TASTE": 3},
        "ABOUT": {"WORK": 5, "WORK about the ANIMAL?": 1, "WORK about the sea": 1},
        "QUALITY": {
            "GRADED": 3,
            "NOT GRADED": 4,
            "JUDGED and simple": 1,
            "JUDGED but MEASURE": 1,
            "NOT PRAISE or PRAISE": 1,
            "NOT FAULT or FAULT": 1,
            "FAULT but PRAISE": 1,
            "PRAISE but FAULT": 1,
            "not FAULT but PRAISE": 1,
            "not PRAISE but FAULT": 1,
            "MEASURE": 1,
            "too MEASURE": 1,
            "not too MEASURE": 1,
            "about the ANIMAL?": 1,
            "not about the ANIMAL?": 1,
            "not without MERIT": 1,
            "full of MERIT": 1,
            "full of DEFECT": 1,
        },
        "GRADED": {"JUDGED": 2, "INTENSIFIER JUDGED": 2},
        "JUDGED": {"PRAISE": 1, "FAULT": 1},
        "NOT": {"not": 3, "n't": 2, "never": 1, "hardly": 1},
        "PROPERTY": {"MERIT": 1, "no MERIT": 1, "no DEFECT": 1},
        "KIND": {
            "the WORK is/are a/ JUDGED one/ones": 2,
            "the WORK is/are NOT a/ JUDGED one/ones": 2,
            "the WORK is/are a/ FAULT but PRAISE one/ones": 1,
            "the WORK is/are a/ PRAISE but FAULT one/ones": 1,
            "the WORK is/are without MERIT": 1,
            "the WORK is/are without DEFECT": 1,
        },
        "TASTE": {
            "FAN LIKES the WORK?": 1,
            "FAN HATES the WORK?": 1,
            "the PERSON DOES_NOT LIKE the WORK?": 1,
            "the PERSON DOES_NOT HATE the WORK?": 1,
            "nobody/we /never LIKES the WORK?": 1,
            "nobody/we /never HATES the WORK?": 1,
        },
        "FAN": {"the PERSON": 2, "everyone/we": 1},
        "DOES_NOT": {"does/do not": 1, "does/do n't": 1},
        "DENIAL": {"NAMED is/are not MOOD": 1, "NAMED is/are n't DOING": 1, "NAMED is/are never MOOD": 1},
    }
)


class Sentiment(NamedTuple):
    """What is in force after a word."""

    polarity: int = 0
    negation_open: bool = False
    intensifier_open: bool = False
    excess_open: bool = False
    concession_open: bool = False


def sentiment_so_far(words: Sequence[str]) -> tuple[str, ...]:
    """Label every word with the sentiment in force after it, from the words up to it alone.

    Args:
        words: lowercase words, `timesteps` of them, with "n't" and punctuation as words of their own.

    Returns:
        "negative", "neutral" or "positive" for each word.

    Example:
        >>> sentiment_so_far(("it", "is", "not", "good", ",", "but", "moving"))
        ('neutral', 'neutral', 'neutral', 'negative', 'negative', 'negative', 'positive')
    """
    return labels_of(sentiment_facts(words))


def labels_of(facts: dict[str, tuple]) -> tuple[str, ...]:
    """Return the label of every word whose `sentiment_facts` these are."""
    return tuple(LABEL_NAMES[polarity + 1] for polarity in facts["polarity"])


def sentiment_facts(words: Sequence[str]) -> dict[str, tuple]:
    """Return what is in force after each word, read left to right.

    Args:
        words: lowercase words, `timesteps` of them.

    Returns:
        Fact -> one value per word. `polarity`: -1, 0 or 1. `negation_open`: the next judgement is turned
        over. `intensifier_open`: a "very" waits for its word. `excess_open`: a "too" does.
        `concession_open`: what comes after this "although" does not take over from the judgement before.

    Example:
        >>> sentiment_facts(("not", "very", "good"))["negation_open"]
        (True, True, True)
    """
    readings = list(accumulate(words, _advance, initial=Sentiment()))[1:]
    columns = zip(*readings) if readings else [()] * len(Sentiment._fields)
    return dict(zip(Sentiment._fields, columns, strict=True))


def _advance(before: Sentiment, word: str) -> Sentiment:
    """Read one word more."""
    if word in CLAUSE_ENDS:
        return Sentiment(before.polarity)
    if word in CONTRASTS:
        return Sentiment(before.polarity, concession_open=before.concession_open)
    if word in CONCESSIONS:
        return Sentiment(before.polarity, concession_open=before.polarity != 0)
    if word in NEGATIONS:  # a second one turns back: "not without charm"
        return before._replace(negation_open=not before.negation_open)
    if word in INTENSIFIERS:
        return before._replace(intensifier_open=True)
    if word == EXCESS:
        return before._replace(excess_open=True)
    judgement = _judgement(before, word)
    if judgement is None:
        return before
    polarity = before.polarity if before.concession_open else judgement or before.polarity
    return before._replace(polarity=polarity, intensifier_open=False, excess_open=False)


def _judgement(before: Sentiment, word: str) -> int | None:
    """Return what the word says in this place: -1, 0 or 1; None if it is no judging word at all."""
    if word in _MEASURES:
        polarity = -1 if before.excess_open else 0
    elif word in _POLARITY:
        polarity = _POLARITY[word]
    else:
        return None
    return -polarity if before.negation_open else polarity


def _forms_of(*lists: str) -> set[str]:
    """Return the forms of all words in the lists."""
    return {form for words in lists for word in words.split() for form in forms(word)}


_MEASURES = _forms_of(MEASURE)
_POLARITY = {
    **dict.fromkeys(_forms_of(PRAISE, MERIT, LIKES, GLAD_MOODS), 1),
    **dict.fromkeys(_forms_of(FAULT, DEFECT, HATES, SAD_MOODS), -1),
}

"""The next-word half of `mini`: facts that repeat, and verbs that agree with a subject farther back.

"the keys to the cabinet are on the table": the verb follows "keys", not the "cabinet" beside it, which
is called an attractor. The construction, and testing a model by whether it prefers "are" to "is", come
from Linzen, Dupoux & Goldberg 2016; unlike theirs, these sentences are written, not found.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from nlp_lstm.corpora._grammar import Grammar, Rules, forms

NOUNS = {
    "ANIMAL": "elephant/elephants cat/cats dog/dogs bird/birds rabbit/rabbits mouse/mice bear/bears",
    "PERSON": "child/children teacher/teachers girl/girls boy/boys farmer/farmers",
    "OBJECT": "key/keys box/boxes cup/cups letter/letters picture/pictures toy/toys basket/baskets",
    "LOCKED": "cabinet/cabinets door/doors gate/gates cottage/cottages",
    "INDOORS": "table/tables chair/chairs shelf/shelves window/windows lamp/lamps",
    "OUTDOORS": "tree/trees house/houses river/rivers hill/hills garden/gardens lake/lakes bench/benches",
    "ONCE": "sky/ grass/ snow/ sun/ sea/ honey/ ice/ night/",
    "MANY": "star/stars leaf/leaves cloud/clouds apple/apples lemon/lemons",
}
VERBS = (
    "is/are was/were has/have looks/look seems/seem belongs/belong stays/stay lies/lie likes/like "
    "sleeps/sleep plays/play waits/wait runs/run walks/walk wants/want"
)
CLAUSE_ENDS = {",", ".", "therefore", "but", "because", "while"}

FACTS = {
    "the sky is blue": 3,
    "the grass is green": 3,
    "the snow is white": 2,
    "the sun is bright": 2,
    "the sea is deep": 2,
    "the honey is sweet": 2,
    "the ice is cold": 2,
    "the night is dark": 2,
    "the star/stars is/are silver": 2,
    "the leaf/leaves is/are green": 2,
    "the cloud/clouds is/are gray": 2,
    "the apple/apples is/are red": 2,
    "the lemon/lemons is/are sour": 2,
}
SCENES: Rules = {
    **NOUNS,
    "FACT": FACTS,
    "SCENE": {"DEED": 3, "STILL": 2},
    "DEED": {"BEING ACTS": 1},
    "STILL": {"THING RESTS": 1},
    "BEING": {"NAMED": 4, "NAMED OUTSIDE": 4, "NAMED OUTSIDE OUTSIDE": 2},
    "NAMED": {
        "the ANIMAL": 2,
        "the baby ANIMAL": 2,
        "the SIZE ANIMAL": 1,
        "the PERSON": 3,
        "the young PERSON": 1,
    },
    "OUTSIDE": {"NEAR the OUTDOORS?": 3, "NEAR the ANIMAL?": 1},
    "ACTS": {
        "is/are DOING": 8,
        "is/are MOOD": 2,
        "looks/look MOOD": 2,
        "seems/seem MOOD": 1,
        "has/have a new friend": 1,
        "has/have a COLOR apple": 1,
        "wants/want a COLOR apple": 1,
        "likes/like the OUTDOORS?": 1,
        "sleeps/sleep OUTSIDE": 1,
        "plays/play OUTSIDE": 1,
        "walks/walk to the OUTDOORS?": 1,
        "runs/run to the OUTDOORS?": 1,
        "waits/wait for the PERSON?": 1,
    },
    "THING": {"the OBJECT": 2, "the LOOK OBJECT": 1, "the OBJECT INSIDE": 3, "OWNED": 4, "OWNED INSIDE": 2},
    "OWNED": {
        "the key/keys to the LOCKED?": 2,
        "the picture/pictures of the ANIMAL?": 1,
        "the toy/toys of the PERSON?": 1,
    },
    "INSIDE": {"NEAR the INDOORS?": 4, "NEAR the LOCKED?": 1},
    "RESTS": {
        "is/are on the FURNITURE": 4,
        "is/are LOOK": 2,
        "looks/look LOOK": 2,
        "seems/seem LOOK": 1,
        "has/have a COLOR ribbon": 1,
        "belongs/belong to the PERSON?": 2,
        "stays/stay on the FURNITURE": 1,
        "lies/lie on the FURNITURE": 1,
    },
    "PAST": {"BEING was/were DOING": 3, "BEING was/were MOOD": 1, "THING was/were on the FURNITURE": 2},
    "FURNITURE": "table chair shelf bench",
    "NEAR": "near behind beside",
    "COLOR": "red blue green yellow white",
    "LOOK": "old new small big pretty clean",
    "SIZE": "small big young old",
    "MOOD": "happy sad lonely cheerful hungry calm",
    "DOING": "crying smiling sleeping laughing waiting walking playing eating",
}

NEXT_WORD = Grammar(
    {
        **SCENES,
        "SENTENCE": {
            "SCENE? .": 5,
            "FACT? .": 1,
            "FACT? , therefore DEED? .": 3,
            "FACT? , and SCENE? .": 2,
            "FACT? , but SCENE? .": 1,
            "DEED? because FACT? .": 2,
            "DEED? while DEED? .": 1,
            "yesterday PAST? .": 2,
        },
    }
)


class Agreement(NamedTuple):
    """What is known after a word about the subject of its clause and the verb that must agree with it."""

    subject_number: str | None = None
    attractor_number: str | None = None
    attractors: int = 0
    agreeing_verb: str | None = None
    wrong_verb: str | None = None
    verb_seen: bool = False


def agreement_so_far(words: Sequence[str]) -> dict[str, tuple]:
    """Return what each word, read left to right, tells about the agreement of subject and verb.

    It knows the sentences that `mini` writes; in other text it follows the nouns and verbs it knows.

    Args:
        words: lowercase words, `timesteps` of them.

    Returns:
        Fact -> one value per word. `subject_number`: "singular", "plural", or None before the clause's
        subject. `attractor_number`: of the latest noun between subject and verb, or None. `attractors`: how
        many of those nouns have the other number than the subject. `agreeing_verb`, `wrong_verb`: at the
        verb, its form and the form of the other number; None at any other word.

    Example:
        >>> facts = agreement_so_far(("the", "keys", "to", "the", "cabinet", "are", "old"))
        >>> facts["attractors"]
        (0, 0, 0, 0, 1, 1, 1)
        >>> facts["agreeing_verb"][5], facts["wrong_verb"][5]
        ('are', 'is')
    """
    readings = list(accumulate(words, _advance, initial=Agreement()))[1:]
    columns = zip(*readings) if readings else [()] * len(Agreement._fields)
    facts = dict(zip(Agreement._fields, columns, strict=True))
    del facts["verb_seen"]
    return facts


def _advance(before: Agreement, word: str) -> Agreement:
    """Read one word more."""
    if word in CLAUSE_ENDS:
        return Agreement()
    if before.agreeing_verb:
        before = before._replace(agreeing_verb=None, wrong_verb=None)
    if before.verb_seen:
        return before
    if word in _NUMBER:
        return _read_noun(before, _NUMBER[word])
    if word in _OTHER_FORM and before.subject_number:
        return before._replace(agreeing_verb=word, wrong_verb=_OTHER_FORM[word], verb_seen=True)
    return before


def _read_noun(before: Agreement, number: str) -> Agreement:
    """Take a noun before the verb as the subject, or else as a possible attractor."""
    if before.subject_number is None:
        return before._replace(subject_number=number)
    differs = number != before.subject_number
    return before._replace(attractor_number=number, attractors=before.attractors + differs)


_NUMBER = {
    form: number
    for words in NOUNS.values()
    for word in words.split()
    for form, number in zip(forms(word), ("singular", "plural"), strict=True)
    if form
}
_OTHER_FORM = {form: other for word in VERBS.split() for form, other in (forms(word), forms(word)[::-1])}

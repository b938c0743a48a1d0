"""How much grammar a next-word model knows: minimal pairs, two sentences that differ in one word.

Given the words before it, the right form should be likelier than the wrong one (Linzen, Dupoux & Goldberg
2016, "Assessing the ability of LSTMs to learn syntax-sensitive dependencies", TACL 4). Unlike those of
`mini`, these are sentences of real English, in words that newspapers and encyclopedias use.

To add two pairs, write a line into `PAIRS`: the words before and right/wrong, then the counterpart in which
the wrong form is the right one. So neither form wins by being the more frequent word.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from nlp_lstm.evaluation import baselines
from nlp_lstm.evaluation.scoring import Figure
from nlp_lstm.report import Comparison
from nlp_lstm.store.run import Run
from nlp_lstm.text.vocabulary import EOS, UNK, Vocabulary

Choice = tuple[np.ndarray, np.ndarray]  # the ids before, and those of the right and the wrong form
Judge = Callable[[np.ndarray, np.ndarray], np.ndarray]

FEWEST = 20  # known pairs that are worth a table
PAIRS = {
    "verb": """
        the man says/say                            the men say/says
        the report shows/show                       the reports show/shows
        the player needs/need                       the players need/needs
        the writer knows/know                       the writers know/knows
        the officer wants/want                      the officers want/wants
        she makes/make                              they make/makes
    """,
    "is, are": """
        the book is/are                             the books are/is
        the car is/are                              the cars are/is
        the new building is/are                     the new buildings are/is
        the question is/are                         the questions are/is
        he is/are                                   they are/is
    """,
    "was, were": """
        the game was/were                           the games were/was
        the child was/were                          the children were/was
        the first attack was/were                   the first attacks were/was
        the letter was/were                         the letters were/was
        she was/were                                they were/was
    """,
    "has, have": """
        the woman has/have                          the women have/has
        the road has/have                           the roads have/has
        the problem has/have                        the problems have/has
        the new plan has/have                       the new plans have/has
        he has/have                                 they have/has
    """,
    "does, do": """
        the man does/do                             the men do/does
        the law does/do                             the laws do/does
        the book does/do                            the books do/does
        the system does/do                          the systems do/does
        it does/do                                  they do/does
    """,
    "verb after a prepositional phrase": """
        the owner of the houses is/are              the owners of the house are/is
        the result of the changes is/are            the results of the change are/is
        the man with the cars is/are                the men with the car are/is
        the leader of the groups was/were           the leaders of the group were/was
        the picture of the buildings was/were       the pictures of the building were/was
        the reason for the attacks was/were         the reasons for the attack were/was
        the author of the books has/have            the authors of the book have/has
        the friend of the players does/do           the friends of the player do/does
    """,
    "verb after a relative clause": """
        the man who knows the players is/are        the men who know the player are/is
        the book that the writers like is/are       the books that the writer likes are/is
        the woman who wrote the letters was/were    the women who wrote the letter were/was
        the doctor who saw the boys was/were        the doctors who saw the boy were/was
        the author that the critics like has/have   the authors that the critic likes have/has
        the car that the owners want has/have       the cars that the owner wants have/has
        the judge that the lawyers know says/say    the judges that the lawyer knows say/says
        the friend who asked the students does/do   the friends who asked the student do/does
    """,
    "this, these": """
        this year/years                             these years/year
        this book/books                             these books/book
        this man/men                                these men/man
        at this point/points                        at these points/point
        because of this change/changes              because of these changes/change
        the reason for this problem/problems        the reason for these problems/problem
    """,
    "himself, themselves": """
        the man found himself/themselves            the men found themselves/himself
        the boy hurt himself/themselves             the boys hurt themselves/himself
        the officer defended himself/themselves     the officers defended themselves/himself
        the brother blamed himself/themselves       the brothers blamed themselves/himself
        his son saw himself/themselves              his sons saw themselves/himself
        the man with the children called himself/themselves   the men with the child called themselves/himself
    """,
    "much, many": """
        how much money/people                       how many people/money
        how much time/times                         how many times/time
        as much water/men                           as many men/water
        so much money/students                      so many students/money
        too much attention/problems                 too many problems/attention
        there is not much evidence/reasons          there are not many reasons/evidence
    """,
    "a, an": """
        it is a building/island                     it is an island/building
        he was a writer/actor                       he was an actor/writer
        she made a plan/offer                       she made an offer/plan
        they had a problem/idea                     they had an idea/problem
        in a letter/interview                       in an interview/letter
        it was a small/early                        it was an early/small
    """,
}


def pair_table(run: Run, stream: np.ndarray) -> tuple[Comparison, ...]:
    """Return a table with a row per phenomenon and one for all; none if few pairs are known.

    Args:
        run: of a task that predicts words.
        stream: ids of the training text, each sentence ended by `EOS`, `(words,)`: what the baselines learn
            from.
    """
    choices = {name: known for name in PAIRS if (known := known_choices(PAIRS[name], run.vocabulary))}
    choices["all"] = [choice for known in choices.values() for choice in known]
    if len(choices["all"]) < FEWEST:
        return ()
    size = len(run.vocabulary)
    counts = np.bincount(stream, minlength=size)
    trigram = baselines.fit_kneser_ney(baselines.stream_ngrams(stream, EOS), size)
    simple: dict[str, Judge] = {
        "unigram": lambda before, forms: counts[forms],
        "kneser_ney_trigram": lambda before, forms: trigram.probabilities(
            [[*before[-2:], form] for form in forms]
        ),
    }
    written = sum(text.count("/") for text in PAIRS.values())
    values = []
    for known in choices.values():
        model = Figure.of_share(judge_choices(known, partial(likelihoods, run)))
        shares = [float(judge_choices(known, judge).mean()) for judge in simple.values()]
        values.append((model.value, model.low, model.high, *shares, model.n))
    meaning = (
        "how often the right form is likelier than the wrong one after the words before it, in [0, 1]; "
        "0.5 without any grammar, because each form is right as often as it is wrong. "
        "model_low, model_high: the model's 95 % interval, as if its pairs were drawn from many like them. "
        f"pairs: how many of the {written} pairs the vocabulary knows in full"
    )
    columns = ("model", "model_low", "model_high", *simple, "pairs")
    return (Comparison("minimal pairs", list(choices), columns, values, "phenomenon", meaning),)


def known_choices(lines: str, vocabulary: Vocabulary) -> list[Choice]:
    """Return pairs as ids; a line with a word that the vocabulary does not know is left out whole.

    Args:
        lines: as in `PAIRS`, a pair and its counterpart a line, two spaces or more between them.
        vocabulary: what gives words their ids.

    Returns:
        Per pair the ids before, an `EOS` in front as in running text, `(words + 1,)`, and those of the
        right and the wrong form, `(2,)`.

    Example:
        >>> vocabulary = Vocabulary.build([("he", "is", "they", "are")])
        >>> before, forms = known_choices("he is/are   they are/is", vocabulary)[1]
        >>> [vocabulary.words[index] for index in [*before, *forms]]
        ['<eos>', 'they', 'are', 'is']
    """
    found = []
    for line in lines.strip().splitlines():
        pairs = [re.split("[ /]", pair) for pair in re.split(" {2,}", line.strip())]
        ids = [vocabulary.ids(words) for words in pairs]
        if not any(UNK in words for words in ids):
            found += [(np.append(EOS, words[:-2]), words[-2:]) for words in ids]
    return found


def judge_choices(choices: Sequence[Choice], judge: Judge) -> np.ndarray:
    """Return whether the right form is likelier than the wrong one, `(choices,)` bool.

    Args:
        choices: the ids before, and those of the right and the wrong form.
        judge: `(ids before, two ids) -> (2,)`, of which only the order counts.
    """
    forms = np.array([judge(*choice) for choice in choices])  # (choices, 2)
    return forms[:, 0] > forms[:, 1]


def likelihoods(run: Run, before: np.ndarray, forms: np.ndarray) -> np.ndarray:
    """Return the log probabilities of words after others read from a fresh state, `(forms,)`."""
    layers, _ = run.network.read(before[None])
    return run.network.log_probabilities(layers[-1]["hidden_state"][0, -1])[forms]

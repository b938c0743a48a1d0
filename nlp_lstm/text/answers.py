"""Answers: which outputs of a model are named as what it says.

A next word is never padding, nor the unknown word, which stands for all words outside the vocabulary: it is
no answer, whatever its probability. Arrays of outputs keep both.
"""

from collections.abc import Sequence

import numpy as np

from nlp_lstm.text.vocabulary import PAD, RESERVED, UNK

NEVER_NAMED = (RESERVED[PAD], RESERVED[UNK])


def name_words(
    outputs: np.ndarray, names: Sequence[str], unknown: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return the probabilities of the words that may be named, and the share of those that may not.

    Args:
        outputs: of a model that predicts words, `(..., outputs)` probabilities.
        names: what each output stands for.
        unknown: whether the unknown word may be named, too; then nothing is renormalized.

    Returns:
        Probabilities `(..., outputs)`, 0 for what is not named, which sum to 1; and the share left out,
        `(...)`.

    Example:
        >>> name_words(np.array([0.0, 0.5, 0.25, 0.25]), ("[PAD]", "<unk>", "<eos>", "sky"))
        (array([0. , 0. , 0.5, 0.5]), np.float64(0.5))
    """
    hidden = [names.index(word) for word in NEVER_NAMED[: 1 if unknown else 2] if word in names]
    named = outputs.copy()
    named[..., hidden] = 0
    share = outputs[..., hidden].sum(axis=-1)
    if not unknown:
        whole = named.sum(axis=-1, keepdims=True)
        np.divide(named, whole, out=named, where=whole > 0)
    return named, share


def likeliest(named: np.ndarray, names: Sequence[str], most: int) -> list[tuple[str, float]]:
    """Return the likeliest outputs that may be named, the most likely first, with their probabilities.

    Args:
        named: probabilities, `(outputs,)`, as `name_words` returns them.
        names: what each output stands for.
        most: how many.

    Example:
        >>> likeliest(np.array([0.0, 0.0, 0.25, 0.75]), ("[PAD]", "<unk>", "<eos>", "sky"), 9)
        [('sky', 0.75), ('<eos>', 0.25)]
    """
    best = np.argsort(-named, kind="stable")[: most + len(NEVER_NAMED)]
    found = [(str(names[index]), float(named[index])) for index in best]
    return [one for one in found if one[1] > 0 or one[0] not in NEVER_NAMED][:most]

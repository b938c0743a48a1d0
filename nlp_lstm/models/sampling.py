"""A sample of a large softmax's outputs, which makes it much cheaper to train next words.

Unlike TensorFlow's `sampled_softmax_loss`, which draws words by a guess of how common they are, all words of
the batch are in the sample: their logits are exact, and only the others, which are rare, are estimated.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sample:
    """The outputs that one step of training takes its softmax over, in place of all.

    Args:
        outputs: output numbers, `(size,)` int32, ascending.
        log_counts: log of how many outputs each stands for, `(size,)` float32.
        targets: the batch's targets as places in `outputs`, int32.
    """

    outputs: np.ndarray
    log_counts: np.ndarray
    targets: np.ndarray


def sample_outputs(targets: np.ndarray, outputs: int, size: int, random: np.random.Generator) -> Sample:
    """Return a sample of the outputs: all targets of a batch, and some others, which stand for all others.

        sum over all exp(logit) ~ sum over targets exp(logit) + others / drawn * sum over drawn exp(logit)

    The right side's mean over all draws is the left side. The commonest words are among the targets of any
    batch, and have nearly the whole sum, so that a draw strays little from it.

    Args:
        targets: output numbers, of any shape; at most `size` different ones.
        outputs: how many there are.
        size: how many to take, at most `outputs`.
        random: draws the others.

    Reference:
        Importance sampling of a language model's softmax: Bengio & Senecal 2008; with the targets of the
        batch: Jean et al. 2015.

    Example:
        >>> sample = sample_outputs(np.array([7, 2, 7]), outputs=10, size=6, random=np.random.default_rng(0))
        >>> len(sample.outputs), sample.outputs[sample.targets].tolist()
        (6, [7, 2, 7])
        >>> counts = np.exp(sample.log_counts)
        >>> counts[sample.targets].tolist(), float(counts.sum().round(3))
        ([1.0, 1.0, 1.0], 10.0)
    """
    own = np.zeros(outputs, bool)
    own[targets] = True
    others = np.flatnonzero(~own)
    drawn = random.choice(others, size - own.sum(), replace=False)
    kept = own.copy()
    kept[drawn] = True
    taken = np.flatnonzero(kept).astype(np.int32)
    log_counts = np.where(own[taken], 0.0, np.log(max(len(others), 1) / max(len(drawn), 1)))
    return Sample(taken, log_counts.astype(np.float32), np.searchsorted(taken, targets).astype(np.int32))

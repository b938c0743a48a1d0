"""Workers: which of several processes this one is, and which rows of a batch are its own.

Without Keras, so that a wrong environment is told at once.
"""

import importlib.util
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nlp_lstm.errors import MissingInputError, UsageError
from nlp_lstm.settings import Settings
from nlp_lstm.text.batches import Batch

# The environment of `keras.distribution`.
ADDRESSES = "KERAS_DISTRIBUTION_JOB_ADDRESSES"
COUNT = "KERAS_DISTRIBUTION_NUM_PROCESSES"
NUMBER = "KERAS_DISTRIBUTION_PROCESS_ID"


@dataclass(frozen=True)
class Workers:
    """One process among those that train a model together.

    Args:
        number: of this one, from 0; worker 0 writes what is kept.
        count: how many there are.
    """

    number: int = 0
    count: int = 1

    @property
    def writes(self) -> bool:
        """Whether this one writes checkpoints and the run."""
        return self.number == 0

    def rows_of(self, batch: Batch) -> Batch:
        """Return this worker's rows of a batch; rows of padding fill it up to as many for each.

        Example:
            >>> batch = Batch(np.array([[5], [6], [7]]), np.array([[6], [7], [8]]), np.ones((3, 1)))
            >>> Workers(1, 2).rows_of(batch).inputs.tolist()
            [[7], [0]]
        """
        if self.count == 1:
            return batch
        each = -(-len(batch.inputs) // self.count)
        spare = each * self.count - len(batch.inputs)
        own = slice(self.number * each, (self.number + 1) * each)
        sides = (batch.inputs, batch.targets, batch.sample_weight)
        return Batch(*(np.pad(side, ((0, spare), *[(0, 0)] * (side.ndim - 1)))[own] for side in sides))

    def check(self, settings: Settings) -> None:
        """Check that a batch can be shared.

        Raises:
            UsageError: if its rows are not as many for each worker.
        """
        rows = settings.batch_size
        if rows % self.count:
            fitting = max(1, round(rows / self.count)) * self.count
            raise UsageError(
                f"batch_size is {rows}, which {self.count} workers cannot share: give --batch-size {fitting}"
            )


ALONE = Workers()


def choose_jax() -> None:
    """Have Keras run on JAX, the one backend that can share a training; before Keras is imported.

    Raises:
        MissingInputError: if JAX is not installed.
    """
    if importlib.util.find_spec("jax") is None:
        raise MissingInputError("--distributed needs jax: pip install 'nlp-lstm[distributed]'")
    os.environ.setdefault("KERAS_BACKEND", "jax")


def read_environment(environment: Mapping[str, str]) -> tuple[Workers, str]:
    """Return which worker this is, and the address of worker 0.

    Args:
        environment: variables by name, such as `os.environ`.

    Raises:
        UsageError: if a variable is not set or none that can be used; names it.

    Example:
        >>> read_environment({ADDRESSES: "10.0.0.1:1234,10.0.0.2:1234", COUNT: "2", NUMBER: "1"})
        (Workers(number=1, count=2), '10.0.0.1:1234')
    """
    missing = [name for name in (ADDRESSES, COUNT, NUMBER) if not environment.get(name)]
    if missing:
        raise UsageError(
            f"--distributed without {' and '.join(missing)}: set {'it' if len(missing) == 1 else 'them'} for "
            "every worker, such as 10.0.0.1:1234 (worker 0), 2 (workers) and 0 or 1 (which one)"
        )
    count, number = _read_number(environment, COUNT, 1), _read_number(environment, NUMBER, 0)
    if number >= count:
        raise UsageError(f"{NUMBER} is {number}: with {COUNT} {count} it is at most {count - 1}")
    address = environment[ADDRESSES].split(",")[0].strip()
    if not re.fullmatch(r".+:[0-9]{1,5}", address) or not 0 < int(address.rpartition(":")[2]) < 1 << 16:
        raise UsageError(f"{ADDRESSES} begins with {address!r}: give the address of worker 0 as HOST:PORT")
    return Workers(number, count), address


def _read_number(environment: Mapping[str, str], name: str, least: int) -> int:
    """A whole number from the environment."""
    value = environment[name]
    if not re.fullmatch("[0-9]{1,6}", value) or int(value) < least:
        raise UsageError(f"{name} is {value!r}: it must be a whole number, at least {least}")
    return int(value)

"""train --distributed: one of several processes that train one model together, on one machine or many.

Each is the same command, started by whatever you have, and finds the others by three environment variables of
`keras.distribution`. Every worker draws the same batches, and of each it trains on its own rows. The step is
one computation over all rows (`DataParallel` on JAX): a word weighs alike whichever worker has read it, and
all have the same weights after the step. Worker 0 writes checkpoints and the run.

The workers trust each other and speak without encryption: keep them on a network of your own.
"""

import hashlib
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import Any

import numpy as np

from nlp_lstm.errors import DistributedError, UsageError
from nlp_lstm.models.layouts import GPU, WORKERS, has_gpu, use_layout
from nlp_lstm.models.quiet_keras import STDOUT, keras, lead_nowhere
from nlp_lstm.store.run import Run, library_versions
from nlp_lstm.training.aborting import end_on_abort
from nlp_lstm.training.checkpoints import Checkpoint
from nlp_lstm.training.workers import ADDRESSES, NUMBER, Workers, read_environment

WAIT = 60  # seconds for all workers to come
SILENCE = 20  # seconds without a sign of life, after which a worker is lost
# What an error says if another process is gone: Gloo, which carries the numbers, or JAX, which watches.
GONE = re.compile("Gloo|UNAVAILABLE|ABORTED|CANCELLED|DEADLINE_EXCEEDED|coordination service")
GUARDS: list[ExitStack] = []  # of trainings that have lost a worker, until the process ends
LOCAL = ("localhost", "127.0.0.1", "[::1]")


@contextmanager
def join_workers() -> Iterator[Workers]:
    """Be one of the workers that the environment names, until the block ends.

    Raises:
        UsageError: if the environment is not set, Keras does not run on JAX, or the port is taken.
        DistributedError: if the others do not come within `WAIT` seconds, or one of them is lost.
    """
    workers, address = read_environment(os.environ)
    backend = keras.backend.backend()
    if backend != "jax":
        raise UsageError(f"--distributed with Keras on {backend}: only JAX can, set KERAS_BACKEND=jax")
    from jax.errors import JaxRuntimeError  # pyright: ignore[reportMissingImports]

    missing = DistributedError(
        f"not all {workers.count} workers came to {address} within {WAIT} seconds: start them together, "
        f"each with a {NUMBER} of its own"
    )
    try:
        with end_on_abort(missing):
            _connect(workers, address)
    except JaxRuntimeError:
        raise missing from None
    lost = DistributedError(
        f"worker {workers.number} has lost another one: when all {workers.count} can be there again, give "
        "each the same command with --resume RUN in place of the other options"
    )
    with ExitStack() as guard:
        guard.enter_context(end_on_abort(lost))
        try:
            yield workers
        except (JaxRuntimeError, ValueError) as error:
            if not GONE.search(str(error)):
                raise
            GUARDS.append(guard.pop_all())  # JAX may still abort
            raise lost from None


@contextmanager
def share_steps() -> Iterator[None]:
    """Inside the block, what Keras computes of a batch is computed of the rows of all workers."""
    devices = keras.distribution.list_devices()
    together = keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
    with together.scope(), use_layout(GPU if has_gpu() else WORKERS):
        yield


def check_agreement(workers: Workers, run: Run, checkpoint: Checkpoint | None) -> None:
    """Check, before the first step, that all workers are about to do the same.

    Args:
        workers: this one, among how many.
        run, checkpoint: what is to be trained, and where it goes on from.

    Raises:
        UsageError: if it is not; names the first difference, and the same in all workers.
    """
    first, *others = _gather(_facts(run, checkpoint))
    for number, other in enumerate(others, start=1):
        for name in first | other:
            if first.get(name) != other.get(name):
                raise UsageError(
                    f"worker 0 has {name} {first.get(name)}, worker {number} has {other.get(name)}: "
                    "start all workers with the same command, data and versions"
                )


def leave() -> None:
    """Part from the other workers when all have come to the end."""
    import jax  # pyright: ignore[reportMissingImports]

    jax.distributed.shutdown()


def _facts(run: Run, checkpoint: Checkpoint | None) -> dict[str, Any]:
    """What must be the same in all workers, by name."""
    weights = hashlib.sha256()
    for name, values in sorted(run.weights.items()):
        weights.update(name.encode() + values.tobytes())
    versions = {f"version of {name}": version for name, version in library_versions().items()}
    splits = {f"SHA-256 of {split}": digest[:12] for split, digest in run.data["sha256"].items()}
    epochs, steps = (len(checkpoint.fitted.history), checkpoint.step) if checkpoint else (0, 0)
    done = {"SHA-256 of first weights": weights.hexdigest()[:12], "epochs done": epochs, "steps done": steps}
    return {"task": run.task, **versions, **asdict(run.settings), **splits, **done}


def _gather(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """The facts of every worker."""
    from jax.experimental.multihost_utils import process_allgather  # pyright: ignore[reportMissingImports]

    own = np.frombuffer(json.dumps(facts).encode(), np.uint8)
    with lead_nowhere(STDOUT):  # to where Gloo tells of its connections
        sizes = np.ravel(process_allgather(np.array([len(own)])))
        rows = np.asarray(process_allgather(np.pad(own, (0, int(sizes.max()) - len(own)))))
    rows = rows.reshape(len(sizes), -1)
    return [json.loads(row[:size].tobytes()) for row, size in zip(rows, sizes, strict=True)]


def _connect(workers: Workers, address: str) -> None:
    """Find the other workers; of worker 0, and of one that waits for it in vain, it is said why not."""
    import jax  # pyright: ignore[reportMissingImports]

    host, _, port = address.rpartition(":")
    reach = _check_free if workers.writes else _wait_for
    reach(host, int(port))
    jax.distributed.initialize(
        address,
        workers.count,
        workers.number,
        cluster_detection_method="deactivate",
        initialization_timeout=WAIT,
        heartbeat_timeout_seconds=SILENCE,
        coordinator_bind_address=address if host in LOCAL else None,
    )


def _check_free(host: str, port: int) -> None:
    """Check that worker 0 can listen at its address."""
    try:
        socket.create_server((host.strip("[]"), port)).close()
    except OSError as error:
        raise UsageError(
            f"{ADDRESSES} is {host}:{port}, where worker 0 cannot listen ({error.strerror or error}): give "
            "another port, and an address of the machine that it runs on"
        ) from None


def _wait_for(host: str, port: int) -> None:
    """Wait until worker 0 listens."""
    end = time.monotonic() + WAIT
    while True:
        try:
            return socket.create_connection((host.strip("[]"), port), timeout=5).close()
        except OSError as error:
            if time.monotonic() > end:
                raise DistributedError(
                    f"worker 0 does not answer at {host}:{port} ({error.strerror or error}): start it within "
                    f"{WAIT} seconds of the others, and check {ADDRESSES}"
                ) from None
            time.sleep(0.5)

"""How much faster several processes train than one, each on one core (extra `distributed`).

    python tests/benchmarks/distributed.py [workers ...]

All on 127.0.0.1, on Linux. The seconds are of an epoch after the first, in which Keras traces its models. One
process trains the same rows per step as several do together. Prints words per second, their ratio to those of
one process, what the gradients weigh, and the peak memory of a worker.
"""

import itertools
import os
import resource
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from nlp_lstm.corpora import Request, load_corpus
from nlp_lstm.store.run import load_run
from nlp_lstm.training.workers import ADDRESSES, COUNT, NUMBER

OPTIONS = (
    "--task next-word --data stories --limit 6000 --units 200 --embedding-dim 200 --layers 2 --tie-weights"
)
OPTIONS += " --vocab-size 10000 --batch-size 40 --timesteps 35 --epochs 4 --patience 4 --dropout 0.2"
ONE_THREAD = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def train(folder: Path, workers: int) -> float:
    """Seconds of an epoch with some workers, the least of all after the first."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = [sys.executable, "-m", "nlp_lstm", "train", *OPTIONS.split(), "--quiet", "--run", str(workers)]
    started = []
    for number in range(workers):
        own = {ADDRESSES: f"127.0.0.1:{port}", COUNT: str(workers), NUMBER: str(number)}
        environment = os.environ | own | {"KERAS_BACKEND": "jax", "XLA_FLAGS": ONE_THREAD}
        options = ["--distributed"] if workers > 1 else []
        core = f"{number % (os.cpu_count() or 1)}"
        pinned = ["taskset", "--cpu-list", core, *command, *options]
        started.append(subprocess.Popen(pinned, cwd=folder, env=environment, stdout=subprocess.DEVNULL))
    assert not any(process.wait() for process in started), "a worker failed"
    ends = [row["seconds"] for row in load_run(folder / str(workers)).history]
    return min(later - sooner for sooner, later in itertools.pairwise(ends))


if __name__ == "__main__":
    examples = load_corpus("stories", Request("words"), 6000).train
    words = sum(len(example.words) + 1 for example in examples)
    with tempfile.TemporaryDirectory() as scratch:
        alone = 0.0
        for workers in map(int, sys.argv[1:] or ("1", "2")):
            seconds = train(Path(scratch), workers)
            alone = alone or seconds
            print(f"{workers} x 1 core: {words / seconds:.0f} words/s, {alone / seconds:.2f} times the first")
        weights = load_run(Path(scratch) / str(workers)).weights
    print(f"gradients: {sum(values.nbytes for values in weights.values()) / 1e6:.1f} MB a step")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"peak memory of a worker: {peak / 1e3:.0f} MB")

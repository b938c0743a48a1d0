"""How fast every part of every word is computed, beside PyTorch on the same sequences (extra `bench`).

    python tests/benchmarks/cells.py [rounds]

Three things read the same batch with the same weights: `run_cell`, which keeps all six parts; torch's
`nn.LSTM`, which keeps the hidden states alone; and a loop over torch's operations, step by step, that keeps
all six parts. Each round times them one after another; ratios are of one round, so that a machine that
slows down slows all of them.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import torch  # pyright: ignore[reportMissingImports]

from nlp_lstm.models.cells import run_cell

SHAPES = ((64, 32, 128), (20, 35, 200), (32, 35, 650))  # batch, timesteps, units
SECONDS = 0.5  # that each is timed for in a round


def torch_step_by_step(inputs: torch.Tensor, weights: dict[str, torch.Tensor]) -> list[torch.Tensor]:
    """All six parts of every word, `(batch, timesteps, units)` each, from torch's operations."""
    kept = []
    projected = inputs @ weights["kernel"] + weights["bias"]
    h = c = torch.zeros(len(inputs), weights["recurrent_kernel"].shape[0])
    for t in range(inputs.shape[1]):
        columns = projected[:, t] + h @ weights["recurrent_kernel"]
        i, f, g, o = columns.chunk(4, dim=1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * c + i * g
        h = o * c.tanh()
        kept.append((i, f, g, o, c, h))
    return [torch.stack(part, dim=1) for part in zip(*kept, strict=True)]


def words_per_second(read: Callable[[], object], words: int) -> float:
    """Words per second, the median over the readings of `SECONDS`."""
    read()
    taken, started = [], time.perf_counter()
    while time.perf_counter() - started < SECONDS:
        before = time.perf_counter()
        read()
        taken.append(time.perf_counter() - before)
    return words / float(np.median(taken))


def measure(batch: int, timesteps: int, units: int) -> tuple[float, float, float]:
    """Words per second of all parts here, of torch's hidden states alone, and of torch step by step."""
    random, words = np.random.default_rng(0), batch * timesteps
    names = ("kernel", "recurrent_kernel")
    weights = {name: random.normal(0, units**-0.5, (units, 4 * units)).astype("f") for name in names}
    weights["bias"] = np.zeros(4 * units, "f")
    inputs = random.normal(0, 1, (batch, timesteps, units)).astype("f")
    layer = torch.nn.LSTM(units, units, batch_first=True)
    tensor, tensors = torch.from_numpy(inputs), {name: torch.from_numpy(w) for name, w in weights.items()}
    with torch.inference_mode():
        hidden_alone = words_per_second(lambda: layer(tensor)[0], words)
        step_by_step = words_per_second(lambda: torch_step_by_step(tensor, tensors), words)
    ours = words_per_second(lambda: run_cell("lstm", inputs, weights), words)
    return ours, hidden_alone, step_by_step


def main(rounds: int) -> None:
    """Print words per second, and the ratios of ours to both."""
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads; numpy {np.__version__}")
    for shape in SHAPES:
        rates = np.array([measure(*shape) for _ in range(rounds)])
        ours, hidden_alone, step_by_step = np.median(rates, axis=0) / 1000
        print(
            f"{shape}: all parts {ours:.0f}k words/s; torch's hidden states alone {hidden_alone:.0f}k, "
            f"torch step by step {step_by_step:.0f}k"
        )
        for name, ratios in zip(("alone", "step by step"), (rates[:, :1] / rates[:, 1:]).T, strict=True):
            low, middle, high = ratios.min(), np.median(ratios), ratios.max()
            print(f"  ours / torch {name}: min {low:.2f} median {middle:.2f} max {high:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)

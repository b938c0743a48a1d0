"""The cells against PyTorch's, a second reference that shares no code with Keras (extra `bench`)."""

import numpy as np
import pytest

from nlp_lstm.models.cells import run_cell

torch = pytest.importorskip("torch")

BATCH, TIMESTEPS, INPUT_DIM, UNITS = 4, 12, 7, 9
# Keras's columns in PyTorch's order: LSTM i f g o in both; GRU z r g here, r z g there.
ORDER = {"lstm": (0, 1, 2, 3), "gru": (1, 0, 2), "rnn": (0,)}


def as_rows(matrix: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """Keras's `(..., columns * units)` as PyTorch's rows in its order."""
    return np.concatenate([np.split(matrix, len(order), axis=-1)[column] for column in order], axis=-1).T


@pytest.mark.parametrize(("name", "module"), [("lstm", "LSTM"), ("gru", "GRU"), ("rnn", "RNN")])
def test_states_are_those_of_pytorch(name, module):
    random, order = np.random.default_rng(5), ORDER[name]
    columns = len(order) * UNITS
    weights = {
        "kernel": random.normal(0, 0.5, (INPUT_DIM, columns)).astype("f"),
        "recurrent_kernel": random.normal(0, 0.5, (UNITS, columns)).astype("f"),
        "bias": random.normal(0, 0.5, (2, columns) if name == "gru" else columns).astype("f"),
    }
    biases = weights["bias"] if name == "gru" else np.stack([weights["bias"], np.zeros(columns, "f")])
    layer = getattr(torch.nn, module)(INPUT_DIM, UNITS, batch_first=True)
    rows = (weights["kernel"], weights["recurrent_kernel"], *biases)
    with torch.no_grad():
        for parameter, values in zip(layer.parameters(), rows, strict=True):
            parameter.copy_(torch.from_numpy(as_rows(values, order).copy()))
        inputs = random.normal(0, 1, (BATCH, TIMESTEPS, INPUT_DIM)).astype("f")
        hidden_state, ends = layer(torch.from_numpy(inputs))
        prefixes = [layer(torch.from_numpy(inputs[:, : t + 1]))[1] for t in range(TIMESTEPS)]
    parts, states = run_cell(name, inputs, weights)
    np.testing.assert_allclose(parts["hidden_state"], hidden_state.numpy(), atol=2e-6, rtol=0)
    if name == "lstm":
        np.testing.assert_allclose(states["cell_state"], ends[1][0].numpy(), atol=2e-6, rtol=0)
        for t, (_, cell_state) in enumerate(prefixes):
            np.testing.assert_allclose(parts["cell_state"][:, t], cell_state[0].numpy(), atol=2e-6, rtol=0)

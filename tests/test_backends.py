"""The library is written to Keras, so another backend trains and is traced too."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed")

TRAIN = """
import nlp_lstm
for task in nlp_lstm.task_names():
    run = nlp_lstm.train(task, limit=60, units=6, embedding_dim=5, epochs=1, batch_size=30, timesteps=20)
    assert run.status == "finished" and run.metrics and run.history[-1]["accuracy"] > 0
    print(nlp_lstm.predict("the sky is blue", run).comparisons[0].title)
small = {"units": 6, "embedding_dim": 6, "epochs": 1, "batch_size": 4, "timesteps": 8}
small |= {"activation_regularization": 1, "temporal_activation_regularization": 1}
run = nlp_lstm.train("next-word", limit=60, tie_weights=True, weight_dropout=0.2, sampled_softmax=40, **small)
assert run.status == "finished" and len(run.vocabulary) > 40
"""
TRACE = """
import numpy as np, nlp_lstm
words = keras.Input((None,), dtype="int32")
values = keras.layers.Embedding(10, 4, mask_zero=True)(words)
values = keras.layers.Bidirectional(keras.layers.LSTM(5, return_sequences=True))(values)
values = keras.layers.GRU(4, reset_after=False, return_sequences=True, activation="relu")(values)
model = keras.Model(words, keras.layers.SimpleRNN(3)(values))
ids = np.array([[1, 2, 3, 0], [4, 0, 5, 6]])
traces = nlp_lstm.trace(model, ids)
assert max(max(trace.differences.values()) for trace in traces.values()) < 2e-6
last = traces["simple_rnn"].parts["hidden_state"][:, -1]
assert np.allclose(last, model.predict(ids, verbose=0), atol=2e-6)
print(*traces, sep="\\n")
"""


def run_on_jax(code: str, folder: Path) -> list[str]:
    """The lines that some code prints when Keras runs on JAX."""
    done = subprocess.run(
        [sys.executable, "-c", f"import keras\nassert keras.backend.backend() == 'jax'\n{code}"],
        cwd=folder,
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_training_runs_on_jax(tmp_path):
    assert run_on_jax(TRAIN, tmp_path) == ["likeliest next words", "label after every word"]


def test_a_model_is_traced_on_jax(tmp_path):
    names = ["bidirectional/forward", "bidirectional/backward", "gru", "simple_rnn"]
    assert run_on_jax(TRACE, tmp_path) == names

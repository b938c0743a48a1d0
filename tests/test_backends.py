"""The library is written to Keras, so another backend trains it too."""

import importlib.util
import os
import subprocess
import sys

import pytest

CODE = """
import keras, nlp_lstm
assert keras.backend.backend() == "jax"
for task in nlp_lstm.task_names():
    run = nlp_lstm.train(task, limit=60, units=6, embedding_dim=5, epochs=1, batch_size=30, timesteps=20)
    assert run.status == "finished" and run.metrics
    print(nlp_lstm.predict("the sky is blue", run).comparisons[0].title)
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed")
def test_training_runs_on_jax(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=tmp_path,
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["likeliest next words", "label after every word"]


TRACE = """
import keras, numpy as np, nlp_lstm
assert keras.backend.backend() == "jax"
words = keras.Input((None,), dtype="int32")
values = keras.layers.Embedding(10, 4, mask_zero=True)(words)
values = keras.layers.Bidirectional(keras.layers.LSTM(5, return_sequences=True))(values)
values = keras.layers.GRU(4, reset_after=False, return_sequences=True, activation="relu")(values)
model = keras.Model(words, keras.layers.SimpleRNN(3)(values))
ids = np.array([[1, 2, 3, 0], [4, 0, 5, 6]])
traces = nlp_lstm.trace(model, ids)
print(*traces)
assert max(max(trace.differences.values()) for trace in traces.values()) < 2e-6
last = traces["simple_rnn"].parts["hidden_state"][:, -1]
assert np.allclose(last, model.predict(ids, verbose=0), atol=2e-6)
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed")
def test_a_model_is_traced_on_jax(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", TRACE],
        cwd=tmp_path,
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["bidirectional/forward", "bidirectional/backward", "gru", "simple_rnn"]

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

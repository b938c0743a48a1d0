"""What several tests share."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def real_data() -> Callable[[str], Path]:
    """Return a function that finds a file or folder of real data, or skips the test.

    It looks in the folder that the environment variable NLP_LSTM_DATA names, else in `../shared/data`.
    """

    def find(name: str) -> Path:
        path = Path(os.environ.get("NLP_LSTM_DATA") or DATA) / name
        if not path.exists():
            pytest.skip(f"{path} is not there: NLP_LSTM_DATA names the folder of real data")
        return path

    return find

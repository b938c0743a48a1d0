# make demo   a first look: install, train both tasks on the built-in corpus, probe a sentence
# make test   everything that CI runs: lint, types, tests
# make bench  ratios of speed, not part of the tests; make bench-torch beside PyTorch, which it installs
# make shipped  write the runs that come with the package from two trained ones, SENTIMENT=... NEXT_WORD=...

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
SENTIMENT ?= runs/sentiment-sst
NEXT_WORD ?= runs/next-word-wikitext2

.PHONY: demo test shipped bench bench-torch clean

demo: $(VENV)/installed
	$(BIN)/nlp-lstm train --task sentiment
	$(BIN)/nlp-lstm train --task next-word
	$(BIN)/nlp-lstm probe "the sky is blue, therefore the baby elephant is crying"

test: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/pytest -n 2 --dist loadfile

shipped: $(VENV)/installed
	$(BIN)/python -m nlp_lstm.shipping $(SENTIMENT) sentiment-sst
	$(BIN)/python -m nlp_lstm.shipping $(NEXT_WORD) next-word-wikitext2

bench: $(VENV)/installed-dev
	$(BIN)/python tests/benchmarks/twin.py

bench-torch: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	$(BIN)/python tests/benchmarks/cells.py

clean:
	rm -rf $(VENV)

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/installed-dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@ $(VENV)/installed

# make demo   a first look: install, train both tasks on the built-in corpus, probe a sentence
# make test   everything that CI runs: lint, types, tests; what it skips it names, as a browser that is not there
# make bench  ratios of speed, not part of the tests; make bench-torch beside PyTorch, which it installs
# make verdict  judge what is said about hidden and cell state by the runs that come with the package
# make picture  draw the README's picture again
# make shipped  train the runs that come with the package, from the files under data/, and put them there;
#                 the tagger with one layer, fewer units and words than its preset, so that both fit into 12 MB

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test verdict picture shipped bench bench-torch clean

demo: $(VENV)/installed
	$(BIN)/nlp-lstm train --task sentiment
	$(BIN)/nlp-lstm train --task next-word
	$(BIN)/nlp-lstm probe "the sky is blue, therefore the baby elephant is crying"

test: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/pytest -n 2 --dist loadfile -rs

picture: $(VENV)/installed-dev
	rm -f docs/pictures/probe.svg
	$(BIN)/nlp-lstm probe "not a good film, but a moving one" --run sentiment-sst --format svg --output docs/pictures/probe.svg

shipped: $(VENV)/installed
	$(BIN)/nlp-lstm train --preset sst --layers 1 --units 168 --keep best --vocab-size 26000 --seed 0 --run build/sentiment-sst
	$(BIN)/nlp-lstm train --preset wikitext-2 --seed 0 --run build/next-word-wikitext2
	$(BIN)/python -m nlp_lstm.store.shipping build/sentiment-sst sentiment-sst
	$(BIN)/python -m nlp_lstm.store.shipping build/next-word-wikitext2 next-word-wikitext2

verdict: $(VENV)/installed
	$(BIN)/nlp-lstm verdict sentiment-sst next-word-wikitext2 > docs/verdict.txt

bench: $(VENV)/installed-dev
	$(BIN)/python tests/benchmarks/twin.py

bench-torch: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	$(BIN)/python tests/benchmarks/cells.py
	$(BIN)/python tests/benchmarks/training.py

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

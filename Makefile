# make demo   a first look: install, train both tasks on the built-in corpus, make the tagger forget a "not"
# make test   everything that CI runs: lint, types, tests, docs; what it skips it names, as a browser that is not there
# make test-slow  the tests that take longer than that, for some of which it installs JAX
# make docs   the documentation, in build/docs/index.html; warnings are errors
# make lessons  a copy of every lesson for students, without solutions, and one for teachers, in build/lessons
# make outputs  type all pages of README and docs, and write into them what their commands print
# make explore  the page in which the shipped runs read what you type, in build/explore.html
# make mutants  change the cells, the network and the judges of claims, a place at a time, and name each change that no
#                 test notices; mutmut makes them, and is installed first; about half an hour
# make lowest   the tests of what reads, trains and shows, with the oldest version of each dependency that
#                 pyproject.toml allows, in build/lowest: 2 GB
# make bench  ratios of speed, not part of the tests; make bench-torch beside PyTorch, which it installs
# make verdict  judge what is said about hidden and cell state by the runs that come with the package, on the text that
#                 comes with it: in an empty folder, as right after the installation
# make studies  measure again what the claims about cells and sizes rest on: about 100 trainings, half an hour
# make picture  draw the README's picture again, by the tagger that make demo trained
# make shipped  train the runs that come with the package, from the files under data/, and put them there;
#                 the tagger with one layer, fewer units and words than its preset, so that both fit into 13 MB,
#                 and with sentences of negations and links mixed in

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test test-slow docs lessons outputs verdict studies explore picture shipped lowest mutants bench bench-torch clean

demo: $(VENV)/installed
	$(BIN)/nlp-lstm train --task sentiment
	$(BIN)/nlp-lstm train --task next-word
	$(BIN)/nlp-lstm probe "the film is not very funny ."
	$(BIN)/nlp-lstm probe "the film is not very funny ." --run sentiment-001 --hold forget_gate=0@5
	@echo
	@echo 'With the forget gate closed at word 5, the tagger no longer remembers "not", and it praises the film.'
	@echo 'Three ways to go on:'
	@echo
	@echo '    $(BIN)/nlp-lstm probe "your own sentence" --memory'
	@echo '    $(BIN)/nlp-lstm generate "the little girl was" --run next-word-stories'
	@echo '    $(BIN)/nlp-lstm verdict'

test: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/pytest -n 2 --dist loadfile -rs
	$(MAKE) --no-print-directory docs

test-slow: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --editable '.[distributed]'
	$(BIN)/pytest -n 2 --dist loadfile -rs -m slow

# The notebooks are executed once: the tests write their copies to the same place.
docs: $(VENV)/installed-dev explore $(patsubst notebooks/%,docs/learn/%,$(wildcard notebooks/*.ipynb))
	$(BIN)/sphinx-build -q -W --keep-going -b html docs build/docs
	@echo build/docs/index.html

docs/learn/%.ipynb: notebooks/%.ipynb docs/lesson_copies.py $(shell find nlp_lstm tasks -name '*.py')
	$(BIN)/python docs/execute_notebook.py $< $@

# The puzzles stay unsolved there: it is the student's copy.
docs/learn/puzzles.ipynb: notebooks/puzzles.ipynb docs/lesson_copies.py
	$(BIN)/python docs/lesson_copies.py build/lessons
	cp build/lessons/student/puzzles.ipynb $@

lessons: $(VENV)/installed-dev
	$(BIN)/python docs/lesson_copies.py build/lessons
	@echo build/lessons/student build/lessons/teacher

outputs: $(VENV)/installed-dev
	$(BIN)/python tests/pages.py

picture: $(VENV)/installed-dev
	rm -f docs/pictures/probe.svg
	$(BIN)/nlp-lstm probe "the film is not very funny ." --run sentiment-001 --format svg --output docs/pictures/probe.svg

shipped: $(VENV)/installed
	$(BIN)/nlp-lstm train --preset sst --data sst-mixed:data/sst --layers 1 --units 168 --vocab-size 26000 --seed 0 --run build/sentiment-sst
	$(BIN)/nlp-lstm train --preset stories --seed 0 --run build/next-word-stories
	$(BIN)/python -m nlp_lstm.training.shipping build/sentiment-sst sentiment-sst
	$(BIN)/python -m nlp_lstm.training.shipping build/next-word-stories next-word-stories

verdict: $(VENV)/installed
	mkdir -p build/empty
	cd build/empty && $(abspath $(BIN))/nlp-lstm verdict > $(abspath docs/understand)/verdict.txt

MEASURED = $(abspath nlp_lstm/claims/measured)
SWEEP = $(abspath $(BIN))/nlp-lstm sweep --grid units=4,16,64 --grid layers=1,2,3 --seeds 3 --parallel 2
KNOWN = --epochs 40 --patience 40 --learning-rate 0.01 --dropout 0 --embedding-dim 16
TEXT = --task next-word --data stories --limit 3000 --epochs 3 --embedding-dim 32 --vocab-size 2000

studies: $(VENV)/installed-dev
	rm -rf build/studies
	mkdir -p build/studies
	cd build/studies && $(abspath $(BIN))/nlp-lstm compare gradients --output $(MEASURED)/gradients.json --force
	cd build/studies && $(abspath $(BIN))/nlp-lstm compare counting --output $(MEASURED)/counting.json --force
	cd build/studies && $(SWEEP) --data counting:parity $(KNOWN) --storage parity/sweep.journal --output $(MEASURED)/sweep-parity.json --force
	cd build/studies && $(SWEEP) --data counting:nesting $(KNOWN) --storage nesting/sweep.journal --output $(MEASURED)/sweep-nesting.json --force
	cd build/studies && $(SWEEP) $(TEXT) --storage stories/sweep.journal --output $(MEASURED)/sweep-stories.json --force

explore: $(VENV)/installed
	mkdir -p build
	$(BIN)/nlp-lstm explore sentiment-sst next-word-stories --output build/explore.html --force

# mutmut's own list of changes and tests is in pyproject.toml.
mutants: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet 'mutmut>=3.8'
	$(BIN)/python -m mutmut run --max-children 2
	$(BIN)/python -m mutmut results

# Old versions warn of what newer ones around them have deprecated; that is no error here.
LOWEST = cells network states trace_keras memory batches vocabulary conll tables run training keras_files extract \
	scoring baselines compare pictures sweep array_files cli
OLD = build/lowest/bin

lowest:
	$(PYTHON) -m venv build/lowest
	$(OLD)/python -m pip install --quiet uv
	$(OLD)/uv pip install --quiet --python $(OLD)/python --resolution lowest-direct --requirements pyproject.toml --extra dev
	$(OLD)/uv pip install --quiet --python $(OLD)/python --no-deps --editable .
	$(OLD)/python -m pytest -W ignore::DeprecationWarning $(LOWEST:%=tests/test_%.py)

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

$(VENV)/installed-dev: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@ $(VENV)/installed

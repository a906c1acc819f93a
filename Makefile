# `make demo` and `make test` are all that a new user needs; both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test setup lint pictures clean

demo: setup
	$(BIN)/python -m tools demo

test: $(VENV)/.installed-dev setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses 2 --no-loadscope-reorder

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/mypy

pictures: $(VENV)/.installed-dev
	$(BIN)/python -m tests.site.pictures

setup: $(VENV)/.installed
	ln -sf $(CURDIR)/tools/tracker $(BIN)/tracker
	$(BIN)/python -m tools site fetch

$(VENV)/.installed: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or later is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) .cache env html

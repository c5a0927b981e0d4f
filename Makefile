# Two commands matter: `make demo` installs and shows a ranked exposure table, `make check` is what CI runs.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo install check lint types layers test faults docs format clean

demo: install
	$(BIN)/bullwhip exposure --driver model.parameters --top 15

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml hatch_build.py
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "bullwhip needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

check: lint types layers test

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy
	MYPYPATH=engine:tests:tests/bench $(BIN)/mypy --explicit-package-bases tests

layers: install
	$(BIN)/lint-imports

test: install
	$(BIN)/python -m pytest -n auto --dist loadfile

faults: install
	BULLWHIP_FAULTS=long $(BIN)/python -m pytest tests/test_store_kills.py tests/test_store_faults.py

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: install
	$(BIN)/python tests/update_docs.py

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

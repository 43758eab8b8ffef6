# Two commands on a fresh machine do everything: `make demo` and `make test`.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ROOMS := restock spiders pipelines catalog reports scheduler cli

.PHONY: demo test browser lint type check bench evaluate lock clean
demo: $(STAMP)
	@$(BIN)/restock demo

test: $(STAMP) browser
	$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS)

# The tests of pages drive a real browser: a Chromium of the machine, else the one that Playwright loads.
browser: $(STAMP)
	@$(BIN)/python tests/servers/browsers.py || $(BIN)/playwright install chromium

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

type: $(STAMP)
	$(BIN)/mypy $(ROOMS)

check: lint type test

bench: $(STAMP)
	$(BIN)/python -m benchmarks

evaluate: $(STAMP)
	$(BIN)/python -m benchmarks.evaluate

# Locks for every platform and Python that the project supports, without the address of an index.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-header --generate-hashes \
	  --group dev pyproject.toml -o requirements.lock

# uv installs in seconds what pip takes a minute for; pip alone works too. Every command starts from compiled modules,
# also where this Python is told to write none: compiling them takes a process a second.
$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "restock needs Python 3.11 or newer")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null || true
	@if [ -x $(BIN)/uv ] && VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock; then :; \
	  else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@$(BIN)/python -m compileall -q $(ROOMS)
	@touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

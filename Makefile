# The two commands: `make run` makes a picture, `make test` checks everything.
#   PYTHON=python3.12 make run                                        another Python (3.11 or newer)
#   make run TORCH_INDEX=URL        torch from another index: the CPU build, on Linux

PYTHON ?= python3
VENV ?= .venv
OUT ?= out
TORCH_INDEX ?=
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
TORCH := $(shell grep '^torch==' constraints.txt)

.PHONY: run install test check bench demo-model clean

run: install
	$(BIN)/latentgraph run graphs/txt2img.json -o $(OUT)

install: $(VENV)/.installed

# torch comes first and alone: it is the one package that may want an index of its own.
$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -c constraints.txt $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH)
	$(PIP) install --quiet -c constraints.txt -e .
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	touch $@

test: check
	$(BIN)/pytest

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	for script in tests/bench/*.py; do $(BIN)/python $$script || exit 1; done

demo-model: $(VENV)/.dev
	$(BIN)/python -m nodes.demo.train

clean:
	rm -rf $(VENV) out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

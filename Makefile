# Every target sets up what it needs, in this folder only: .venv (the project) and, where uv is absent, .uv (uv).

.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:

PYTHON ?= python3.11
WORKERS ?= 2
BIN := .venv/bin
CHROMIUM := /usr/bin/chromium

# A version manager's shim for uv may be on PATH without a uv behind it, so ask uv itself.
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .uv/bin/uv)
# uv trusts what this machine trusts, as pip does; it brings its own list of authorities otherwise.
export UV_SYSTEM_CERTS ?= true

# Hashes only: no index, no local folder and no path of this machine gets into a lock file.
LOCK := $(UV) pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links
RULES := tests/test_architecture.py tests/test_names.py tests/test_reference_pages.py tests/test_repository.py

.PHONY: help setup demo test check lint rules bench pace scores judge docs screenshots lock browser clean

help: ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: .venv/ready ## make .venv with everything, so that .venv/bin/anchorwatch runs

demo: .venv/ready ## try the whole product on this machine: no accounts, no network
	@$(BIN)/anchorwatch sandbox

test: .venv/ready lint browser ## run every check and every test (WORKERS=2)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -q

check: lint rules ## run the fast part: lint, types, import table, names, generated pages

bench: .venv/ready ## run the benchmark and print the ratios
	@$(BIN)/python tests/bench/run.py

pace: .venv/ready ## measure how little investigations keep containments waiting
	@$(BIN)/python tests/bench/bench_pace.py --trials 20 --in-a-row 14

scores: .venv/ready ## print the rule's answers and ours side by side, over the labelled events
	@$(BIN)/python -m tests.scores.score_table

judge: .judge/ready ## let Elastic's own EQL engine judge our rule.v6 over the labelled events
	@.judge/bin/python -m tests.scores.eql_judge

docs: .venv/ready ## write the generated pages in docs/reference
	@$(BIN)/python -m bot.reference_pages --write

screenshots: .venv/ready browser ## take the pictures of the README from the real thing
	@PYTHONPATH=. $(BIN)/python tests/take_screenshots.py

lock: $(filter .uv/bin/uv,$(UV)) ## write the hashed requirement files (UPGRADE=--upgrade takes newest versions)
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) pyproject.toml --extra sandbox --group dev -o requirements-dev.txt
	$(LOCK) --group build -o requirements-build.txt
	$(LOCK) pyproject.toml --extra sandbox --group judge -o requirements-judge.txt

clean: ## remove everything that make and the tools have made here
	rm -rf .venv .judge .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

lint: .venv/ready
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

rules: .venv/ready
	@$(BIN)/python -m pytest -q $(RULES)

# Without --allow-existing, uv refuses to lay a new environment over an old one.
.venv/ready: requirements-dev.txt pyproject.toml $(filter .uv/bin/uv,$(UV))
	@echo "Setting up .venv (once; it is made anew when the requirements change) ..."
	@$(UV) venv --quiet --no-python-downloads --allow-existing --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --python .venv --require-hashes requirements-dev.txt
	@$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation --editable .
	@touch $@

.judge/ready: requirements-judge.txt pyproject.toml $(filter .uv/bin/uv,$(UV))
	@$(UV) venv --quiet --no-python-downloads --allow-existing --python $(PYTHON) .judge
	@$(UV) pip sync --quiet --python .judge --require-hashes requirements-judge.txt
	@$(UV) pip install --quiet --python .judge --no-deps --no-build-isolation --editable .
	@touch $@

# Debian's python3 comes without ensurepip, so the environment gets no pip of its own.
.uv/bin/uv:
	@echo "uv is not here: installing it into .uv ..."
	@$(PYTHON) -m venv --without-pip .uv
	@$(PYTHON) -m pip --disable-pip-version-check --python .uv/bin/python install --quiet uv

browser:
	@if [ ! -x $(CHROMIUM) ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests ..."; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core fonts-liberation >/dev/null || echo "That did not work."; \
	fi
	@[ -x $(CHROMIUM) ] || echo "There is no $(CHROMIUM), so the browser tests are skipped (and fail where CI=true)."

# What you can run. You need python3 (3.10 or later) and make; `make setup` installs the rest.

PYTHON ?= python3
# Another PYTHON has another stamp, so the environment is made again.
STAMP := .venv/.made-by-$(notdir $(PYTHON))
# Not exported globally: PYTHON must never be the environment that it makes.
WITH_ENGINE := PATH="$(CURDIR)/.venv/bin:$$PATH"

.DEFAULT_GOAL := help
.PHONY: help setup wheel browser s3-server demo recording bench unit announced test test-all test-lowest release check docs format lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## Install .venv and the Pulumi engine; the other targets do this first
	@.venv/bin/python engine/bring.py

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) engine/environment.py $@

wheel: $(STAMP) ## Build dist/*.whl; with PIP_FIND_LINKS=dist, pip finds it there
	@.venv/bin/python -m hatchling build -t wheel

demo: setup ## Show the whole story on the real engine, with a simulated MASV
	@$(WITH_ENGINE) .venv/bin/python examples/demo.py

recording: setup ## Record the demo as docs/demo.svg
	@$(WITH_ENGINE) .venv/bin/python examples/recording.py docs/demo.svg

bench: setup ## Measure what many packages cost on the real engine (an hour; a quarter with BENCH=--targets)
	$(WITH_ENGINE) .venv/bin/python benchmarks/fleet.py $(BENCH)
	.venv/bin/python benchmarks/own_time.py

unit: $(STAMP) ## Run the tests that need no engine, in .venv as it is: under two minutes
	.venv/bin/python -m pytest -n 3 --dist worksteal -q tests --ignore tests/engine \
		-m 'not thorough'

browser: ## Install Chromium for the tests of the report's page; `make test` does this first
	@engine/chromium.sh

s3-server: setup
	@.venv/bin/python engine/go_tool.py versitygw

# Four workers fill two cores: what a command of the engine starts waits for one another.
test: announced setup browser s3-server ## Run the tests, including those on the real engine
	$(WITH_ENGINE) .venv/bin/python -m pytest -n 4 --dist worksteal -m 'not thorough'

announced:
	@echo 'What is not here yet is brought first, once: .venv with what constraints.txt locks; the Pulumi'
	@echo 'engine (some 100 MB, or built with Go in 6 to 10 minutes); Chromium (by apt-get, only as root);'
	@echo 'an S3 server (built with Go in a minute; skipped without). `make unit` needs .venv alone.'

# The Pythons on PATH that start: a version manager's shim for a version that is not chosen does not.
VERSIONS := 3.10 3.11 3.12 3.13 3.14
which = $(shell PATH="$$PATH:$(CURDIR)/.venv/bin" python$(1) -c 'import sys; print(sys.executable)' \
	2>/dev/null)
FOUND = $(eval FOUND := $(foreach v,$(VERSIONS),$(if $(call which,$v),$v)))$(FOUND)
UV_PIP := .venv/bin/uv pip

# Coverage is measured here: it takes half as long again, and the engine's processes add nothing to it.
test-all: setup ## Run the tests that need no engine, and more of each kind, on each Python on PATH and with the lowest versions
	@echo 'Testing on: $(FOUND); not on PATH: $(or $(filter-out $(FOUND),$(VERSIONS)),none)'
	@$(MAKE) --no-print-directory $(FOUND:%=test-on-%) test-lowest

test-on-%: setup
	.venv/bin/uv venv --quiet --clear --python '$(call which,$*)' .venv-all/$*
	$(UV_PIP) install --quiet --python .venv-all/$* --require-hashes --requirement constraints.txt
	$(call test_in,.venv-all/$*,--cov)

test-lowest: setup
	.venv/bin/uv venv --quiet --clear --python '$(call which,$(firstword $(FOUND)))' .venv-all/lowest
	$(UV_PIP) compile --quiet --python .venv-all/lowest --resolution lowest-direct --all-extras \
		--group dev --output-file .venv-all/lowest/lowest.txt pyproject.toml
	$(UV_PIP) install --quiet --python .venv-all/lowest --requirement .venv-all/lowest/lowest.txt
	$(call test_in,.venv-all/lowest)

define test_in
	$(UV_PIP) install --quiet --python $(1) --no-deps --no-build-isolation --editable .
	$(1)/bin/python -m pytest -n 3 --dist worksteal -q tests --ignore tests/engine $(2)
endef

release: setup ## Build the sdist and the wheel, check both, run the quick start on oldest and newest Python
	rm -rf dist
	.venv/bin/python -m hatchling build
	.venv/bin/uv venv --quiet --clear .venv-all/release
	$(UV_PIP) install --quiet --python .venv-all/release --require-hashes --requirement release/constraints.txt
	.venv-all/release/bin/twine check --strict dist/*
	.venv-all/release/bin/check-wheel-contents dist/*.whl
	$(foreach v,$(sort $(firstword $(FOUND)) $(lastword $(FOUND))),\
		$(WITH_ENGINE) .venv/bin/python release/first_run.py dist '$(call which,$v)' &&) true

WORKFLOWS := $(wildcard .github/workflows/*.yml examples/*/.github/workflows/*.yml)

check: setup ## Check style, types, architecture, workflows, the documentation, and generated files
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python docs/generate.py --check
	@.venv/bin/python engine/go_tool.py actionlint
	[ ! -x .venv/bin/actionlint ] || .venv/bin/actionlint $(WORKFLOWS)
	.venv/bin/zizmor --offline --quiet $(WORKFLOWS)
	@$(MAKE) --no-print-directory docs

docs: setup ## Build the documentation into docs/_build; a broken link is an error
	@LC_ALL=C .venv/bin/sphinx-build -q -W --keep-going docs docs/_build

format: setup ## Format the code
	.venv/bin/ruff check --fix --exit-zero
	.venv/bin/ruff format

LOCK := .venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.10 \
	--generate-hashes --no-header --no-annotate

lock: setup ## Update both constraints.txt to the newest versions that pyproject.toml allows
	$(LOCK) --all-extras --group dev --group docs --output-file constraints.txt pyproject.toml
	$(LOCK) --group release --output-file release/constraints.txt

# Telesift. `make` prints this list; each target says what it is for.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

include collector-config/collector.mk
include browser-sdk/sdk.mk
include examples/prompt-vault/vault.mk

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(VENV)/.ready ## virtual environment and packages: .venv/bin/telesift

$(VENV)/.ready: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Telesift needs Python 3.11 or newer; try: make setup PYTHON=python3.12"; exit 1; }
	@[ -x $(BIN)/pip ] || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); } || { echo "Python has no venv module; try: apt-get install python3-venv"; exit 1; }
	@echo "setup: installing Python packages (a minute or two the first time)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.ready: package.json package-lock.json
	@echo "setup: installing Node packages"
	@npm ci --silent --no-fund --no-audit
	@touch $@

# `make up` and `make test` may be the first two commands in a folder, and run at once: what both
# need is made once. Without flock (macOS) they have to come one after the other.
.PHONY: prepare
prepare:
	@mkdir -p build
	@$(if $(shell command -v flock),flock --close build/.prepare) $(MAKE) --no-print-directory setup collector vault

.PHONY: up
up: prepare ## start the local stack in the foreground; Ctrl-C stops it
	@exec $(BIN)/telesift up

.PHONY: lint
lint: setup ## style, types, import contracts, catalog rules, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	MYPYPATH=examples/prompt-vault $(BIN)/mypy -p prompt_vault -p tests.e2e
	$(BIN)/lint-imports
	$(BIN)/telesift catalog lint
	$(BIN)/telesift catalog check

.PHONY: servers
servers: ## the servers the tests talk to (Redis, PgBouncer), where they can be installed
	@tests/install_servers.sh

.PHONY: test
test: prepare lint servers collector vault ## everything: lint, types, contracts, unit, integration, end to end
	$(BIN)/pytest -n 2 --dist loadfile
	npm run check --silent --workspace @telesift/prompt-vault --workspace @telesift/e2e
	@$(MAKE) --no-print-directory sdk-check e2e

.PHONY: generate
generate: setup ## write everything that is generated: types, contract, whitelist, dashboards, pages
	$(BIN)/telesift catalog generate

.PHONY: docs
docs: setup node_modules/.ready ## the documentation as a site, in build/site
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going -c docs -d build/doctrees . build/site
	@echo "docs: open build/site/index.html"

.PHONY: bench
bench: setup collector k6 vault ## measure, side by side in one run
	$(BIN)/python -m tests.bench
	@$(MAKE) --no-print-directory sdk-bench

.PHONY: soak
soak: setup collector ## ten minutes of faults (SOAK_MINUTES, SOAK_SEED), then 100,000 connections per service
	$(BIN)/pytest -s tests/faults/soak.py tests/attacks/soak.py

.PHONY: lock
lock: setup ## resolve pyproject.toml into requirements.lock (needs uv: pip install uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --all-extras --group dev --output-file requirements.lock pyproject.toml

.PHONY: clean
clean: ## remove what the other targets made
	rm -rf $(VENV) node_modules build dist .telesift *.egg-info \
	  browser-sdk/dist $(VAULT_WEB)/dist tests/bench/web/node_modules

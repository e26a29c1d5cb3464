# What a person and CI call. `make` alone lists it. Everything made here lies in .venv, node_modules and
# the compiled catalogues, all ignored by git; an office's own data (instance/) is never touched.

VENV := .venv
PY   := $(VENV)/bin/python
PIP  := $(PY) -m pip install -qq --disable-pip-version-check --require-hashes
CATALOGUE  := billing/translations/zh_Hans_CN/LC_MESSAGES/messages.po
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard billing/translations/*/LC_MESSAGES/*.po))

# Stamps: each is touched when its step is done, so that a second run does nothing again.
INSTALLED     := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
PAGES         := node_modules/.installed

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test bench check format lock upgrade messages clean needs

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(INSTALLED) $(PAGES) $(CATALOGUES)  ## a working office on 127.0.0.1:8000, with a demo when it is empty
	@exec $(PY) -m flask --app wsgi run-office

test: needs check $(PAGES) $(CATALOGUES)  ## everything: the checks, then every test, PostgreSQL and a real browser included
	@$(PY) -m pytest --numprocesses auto

bench: $(INSTALLED)  ## the main job in figures, measured on this machine
	@$(PY) -m bench.main_job
	@$(PY) -m bench.papers
	@$(PY) -m bench.beside_tryton
	@$(PY) -m bench.scale

check: $(INSTALLED_DEV)  ## what needs no run: lint, format, types, layers
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports --no-logo

format: $(INSTALLED_DEV)  ## put the code into the house's format
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

messages: $(INSTALLED_DEV)  ## collect what pages and refusals say into the Chinese catalogue
	@tools/extract-messages $(VENV)/messages.pot
	@tools/update-catalogue $(VENV)/messages.pot $(CATALOGUE)

lock: $(INSTALLED_DEV)  ## pin what pyproject.toml and package.json ask for, by hash
	@tools/lock

upgrade: $(INSTALLED_DEV)  ## the same at the newest allowed versions
	@tools/lock --upgrade

clean:  ## remove what can be made again; an office's data stays
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -f billing/translations/*/LC_MESSAGES/*.mo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

needs:
	@tools/system-needs

$(INSTALLED): requirements.txt
	@tools/make-environment $(VENV)
	@echo "Installing what the office runs on"
	@$(PIP) -r requirements.txt
	@touch $@

# The developers' lock holds the office's at the same versions (tests/house proves it).
$(INSTALLED_DEV): requirements-dev.txt
	@tools/make-environment $(VENV)
	@echo "Installing what the office runs on and what the tests want"
	@$(PIP) -r requirements-dev.txt
	@touch $(INSTALLED) $@

$(PAGES): package.json package-lock.json | $(INSTALLED)
	@echo "Installing what the pages use"
	@tools/npm ci --ignore-scripts --no-audit --no-fund >/dev/null
	@touch $@

%.mo: %.po | $(INSTALLED)
	@$(PY) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@

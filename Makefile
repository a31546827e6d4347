# Omnidesk in two commands: `make run` starts the demo, `make test` checks everything.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

ENVIRONMENT := $(or $(VIRTUAL_ENV),$(CURDIR)/.venv)
BENCH ?= small

PIP_INSTALL := .venv/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt
REQUIREMENTS := pyproject.toml constraints.txt

.PHONY: help run test check format lint types tests bench browser mailbox

help:  ## say what can be made
	@sed -nE 's/^([a-z]+):.*  ## (.*)$$/  make \1	\2/p' Makefile | expand -t 16

run: .venv/.run  ## start the demo, at http://127.0.0.1:8080
	@exec .venv/bin/python -m omnidesk demo

test: .venv/.dev browser mailbox  ## install what tests need into .venv, then make check
	@$(MAKE) --keep-going ENVIRONMENT="$(CURDIR)/.venv" check

check: format lint types tests  ## format, lint, types and tests in the environment at hand

format:
	@PATH="$(ENVIRONMENT)/bin:$$PATH" python3 -m ruff format --check .

lint:
	@PATH="$(ENVIRONMENT)/bin:$$PATH" python3 -m ruff check .

types:
	@PATH="$(ENVIRONMENT)/bin:$$PATH" python3 -m mypy

tests:
	@PATH="$(ENVIRONMENT)/bin:$$PATH" python3 -m pytest --numprocesses auto --dist loadfile

bench: .venv/.dev  ## measure; BENCH=small (default) or full
	@.venv/bin/python -m tests.bench "$(BENCH)"

# An environment whose Python has gone (a system upgrade) is made again.
.venv/.run: $(REQUIREMENTS)
	@.venv/bin/python -c "" 2>/dev/null || $(NEW_ENVIRONMENT)
	@echo "Installing Omnidesk into .venv (about half a minute) …"
	@$(PIP_INSTALL) --editable .
	@touch .venv/.run

# Holds all that .run promises, so it makes that one too.
.venv/.dev: $(REQUIREMENTS)
	@.venv/bin/python -c "" 2>/dev/null || $(NEW_ENVIRONMENT)
	@echo "Installing Omnidesk and what its tests need into .venv (about a minute) …"
	@$(PIP_INSTALL) --editable ".[dev]"
	@touch .venv/.run .venv/.dev

# Versions are asked, not read from names: a shim such as pyenv's may be called python3.11 and be nothing.
define NEW_ENVIRONMENT
{ for python in python3 python3.11 python3.12 python3.13 python3.14 none; do \
    "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
  done; \
  if [ "$$python" = none ]; then \
    echo "Omnidesk needs Python 3.11 or newer with venv. On Debian: sudo apt-get install python3 python3-venv" >&2; exit 1; \
  fi; \
  "$$python" -m venv --clear .venv; }
endef

browser:
	@if command -v chromium >/dev/null; then exit; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser tests …"; \
	  apt-get -qq update && apt-get -qq install --yes --no-install-recommends chromium >/dev/null && exit; \
	fi; \
	echo "Chromium is missing, so the browser tests are skipped. On Debian: sudo apt-get install chromium"

mailbox:
	@if command -v dovecot >/dev/null; then exit; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Dovecot for the tests of mailboxes …"; \
	  apt-get -qq update && apt-get -qq install --yes --no-install-recommends dovecot-imapd >/dev/null && exit; \
	fi; \
	echo "Dovecot is missing, so the tests of mailboxes are skipped. On Debian: sudo apt-get install dovecot-imapd"

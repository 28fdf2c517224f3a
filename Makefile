# make run: the portal on http://localhost:3000, from a bare Python 3.11.   make test: every test.

PYTHON := $(shell for name in python3.11 python3 python3.12 python3.13 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$name; break; }; done)
VENV := .venv/bin/python
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := run
.PHONY: run dev test check bench clean python build

python:
	@test -n "$(PYTHON)" || { echo "The portal needs Python 3.11 or newer, and none was found. Install python3.11."; exit 1; }

run: python ## everything on one port; installs, migrates and builds only what changed
	@$(PYTHON) -m scripts.environment
	@$(VENV) -m scripts.run

dev: python ## hot reloading: a saved file is compiled again, reload the page to see it
	@$(PYTHON) -m scripts.environment dev
	@$(VENV) -m scripts.dev

build: python ## the finished front end, without serving it
	@$(PYTHON) -m scripts.environment
	@$(VENV) -m scripts.build_front_end

test: python ## format, lint, contracts, types and every test, in a real browser too
	@$(PYTHON) -m scripts.environment dev
	@$(VENV) -m scripts.check all

check: python ## the fast ring: everything that needs no browser
	@$(PYTHON) -m scripts.environment dev
	@$(VENV) -m scripts.check

bench: python ## speed side by side with the baselines
	@$(PYTHON) -m scripts.environment dev
	@$(VENV) -m scripts.build_front_end
	@$(VENV) -m bench

clean: ## what was built; rows in var/ and the .venv stay
	@rm -rf .web .states build .pytest_cache .ruff_cache .import_linter_cache .hypothesis tests/browser/node_modules

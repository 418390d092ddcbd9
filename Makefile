# The only list of commands. Everything runs in .venv, made from the hashed lock.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
NOTHING_ASKED = { [ $$? = 5 ] && [ -n "$(ARGS)" ]; }   # what ARGS names may be of one sort only

.PHONY: help setup demo serve test check fix docs mutate prove faults bench lock clean
.DEFAULT_GOAL := help

help:            ## Show this list
	@grep -E '^[a-z-]+: .*##|^[a-z-]+:  +##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 12

setup: $(READY)  ## Make .venv from the hashed lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("IOM Hub needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: setup      ## Two years and a day in Northshire: 360 fake people, 20 agencies; then serve (ARGS="--once" stops after it)
	$(BIN)/iom-hub demo $(ARGS)

serve: setup     ## Run a hub in var/hub, with the shipped policies signed by keys made to try things out
	$(BIN)/iom-hub policy try-out
	$(BIN)/iom-hub serve $(ARGS)

test: setup check  ## Everything that is checked: style, types, imports, generated files, all tests
	$(BIN)/python tests/support/parts.py
	$(BIN)/python -m pytest -m "not system" -n auto --dist loadfile $(ARGS) || $(NOTHING_ASKED)
	$(BIN)/python -m pytest -m system $(ARGS) || $(NOTHING_ASKED)

check: setup     ## Style, types, import contracts, policies, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/iom-hub policy check
	$(BIN)/iom-hub policy render --check
	$(BIN)/iom-hub policy diff access_policies/baseline.json access_policies --approved access_policies/approved.yaml
	$(BIN)/python -m schemas.generating --check
	$(BIN)/python -m schemas.compatibility
	$(BIN)/python -m hub.api.generating --check
	$(BIN)/python tests/support/requiring.py --check
	$(BIN)/hadolint deploy/Dockerfile

fix: setup       ## Format, and write the generated files anew
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup      ## Write the generated pages, schemas, OpenAPI and AsyncAPI anew
	$(BIN)/iom-hub policy render
	$(BIN)/python -m schemas.generating
	$(BIN)/python -m hub.api.generating
	$(BIN)/python tests/support/storytelling.py
	$(BIN)/python tests/support/requiring.py

mutate: setup    ## Make every rule a little wrong: how many such mistakes do expectations and situations notice?
	PYTHONPATH=tests $(BIN)/python -m support.mutating

prove: setup     ## Ten thousand pairs of stories, on every core: what is withheld from a partner leaves no trace
	PYTHONPATH=tests $(BIN)/python -m property.prove
	EVERY_CELL=1 $(BIN)/python -m pytest -q -k cedar tests/property/test_second_opinions.py
	EVERY_PAIR=1 $(BIN)/python -m pytest -q tests/property/test_noninterference_http.py

faults: setup    ## Kill everything under load, and count what is left: processes, brokers, the database (a quarter of an hour)
	PYTHONPATH=tests $(BIN)/python -m faults $(ARGS)

bench: setup     ## Measure; absolute figures are printed, only ratios fail
	$(BIN)/python -m benchmarks $(ARGS)

lock: setup      ## Resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 --no-header -o requirements.lock

clean:           ## Remove what was made
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis

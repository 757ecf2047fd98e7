# A thin front door over the command `audit`. On a fresh machine: `make audit`, `make test`.
BASE   ?= data/demo
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export PYTHONUTF8 := 1

.PHONY: audit test study mutants figures messages documents new-step lab check spark pdf bench bench-models lint lock sbom clean help
.DELETE_ON_ERROR:

audit: $(VENV)/ready  ## audit $(BASE) into a report (BASE=data/<base>)
	$(BIN)/audit run "$(BASE)"

test: $(VENV)/ready  ## all tests: modules, docs, the demo's notebooks and report, public bases where present (STEP=<step>: of that step alone)
	$(BIN)/python -m tools.tests $(STEP)

study: $(VENV)/ready  ## the long simulations behind what intervals and types promise; writes bench/studies.md
	$(BIN)/python -m bench.studies

mutants: $(VENV)/ready  ## would the tests see small changes to the metrics' code? a sample of each module; keeps bench/mutants.csv and writes bench/mutants.md
	$(BIN)/python -m bench.mutants

figures: $(VENV)/ready  ## store the demo's checked figures in the notebooks anew, then read the diff (STEP=<step>: of that step alone)
	$(BIN)/audit run data/demo
	$(BIN)/python -m tools.figures $(STEP)

messages: $(VENV)/ready  ## new sentences into the Russian catalogue, and where each still wants its Russian (STEP=<step>: of that step alone)
	$(BIN)/python -m tools.messages $(STEP)

documents: $(VENV)/ready  ## the generated parts of README.md and data/README.md
	$(BIN)/python -m tools.documents

new-step: $(VENV)/ready  ## a step that runs at once, to be filled (NAME=weekday QUESTION="..." TITLE="...")
	$(BIN)/python -m tools.new_step "$(NAME)" "$(QUESTION)" "$(TITLE)"
	$(BIN)/audit run data/demo
	$(BIN)/python -m tools.figures "$(NAME)"
	$(BIN)/python -m tools.documents
	$(BIN)/python -m tools.messages "$(NAME)"

check: $(VENV)/ready  ## read the exports of $(BASE) and say what became of every row
	$(BIN)/audit check "$(BASE)"

lab: $(VENV)/ready  ## JupyterLab on the notebooks, with an open copy of the last run
	$(BIN)/audit lab "$(BASE)"

spark: $(VENV)/ready  ## add PySpark to the environment, for [engine] name = "spark" (needs Java 17 or newer)
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes --requirement requirements-spark.lock

pdf: $(VENV)/ready  ## add WeasyPrint to the environment, for `audit report RUN --pdf` (needs Pango: Debian's libpango-1.0-0 and libpangoft2-1.0-0)
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --require-hashes --requirement requirements-pdf.lock

bench: $(VENV)/ready $(VENV)/rivals/ready  ## how fast it is, side by side with what one would use instead; writes bench/README.md (LARGE=--large: 100 M lines)
	$(BIN)/python bench/bench.py $(LARGE)
	$(BIN)/python bench/intake.py

bench-models: $(VENV)/ready $(VENV)/rivals/ready  ## how fast purchase models are fitted, beside lifetimes; writes bench/models.md
	$(BIN)/python bench/models.py

lint: $(VENV)/ready  ## style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
lock:  ## write the locks anew from pyproject.toml, every file with its hashes
	$(LOCK) --extra dev pyproject.toml -o requirements.lock
	echo 'uv' | $(LOCK) - -o requirements-uv.lock
	echo 'pyspark[connect]>=4.3' | $(LOCK) -c requirements.lock - -o requirements-spark.lock
	echo 'weasyprint>=70' | $(LOCK) -c requirements.lock - -o requirements-pdf.lock
	echo 'cyclonedx-bom' | $(LOCK) - -o requirements-sbom.lock
	cd bench && ../$(LOCK) rivals.in -o rivals.lock

sbom: $(VENV)/sbom/ready  ## a bill of materials of the environment (sbom.json, CycloneDX) and docs/licences.md
	$(VENV)/sbom/bin/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml --output-reproducible -o sbom.json
	$(BIN)/python -m tools.licences

clean:  ## remove the environment and all runs
	rm -rf $(VENV) outputs/*/ outputs/.bench

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(VENV)/rivals/ready: bench/rivals.lock $(VENV)/ready
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(VENV)/rivals
	VIRTUAL_ENV=$(VENV)/rivals $(BIN)/uv pip sync --quiet --require-hashes bench/rivals.lock
	touch $@

$(VENV)/sbom/ready: requirements-sbom.lock $(VENV)/ready
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(VENV)/sbom
	VIRTUAL_ENV=$(VENV)/sbom $(BIN)/uv pip sync --quiet --require-hashes requirements-sbom.lock
	touch $@

$(VENV)/ready: requirements.lock requirements-uv.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode requirements.lock
	VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock
	touch $@

# Everything a developer or newcomer runs. Each target installs what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# For make chaos.
RUNS ?= 300
SEED ?= 1

PRISM := tests/prism/node_modules
FHIR_SCHEMA := tests/fhir_schema/node_modules

# Tests and commands are many short processes, and each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install run unit coverage test chaos thorough check style types imports rules docs reference sbom bench pictures prism browser fhir-server fhir-schema clean

install: $(VENV)/installed

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Handrail needs Python 3.11 or newer; set PYTHON=python3.12, say"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info >= (3, 13))' || command -v cc >/dev/null || { echo "durable_rules needs a C compiler (cc): install gcc"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

run: install
	@$(BIN)/python -m engine run --sample --phone

# The pure rooms alone. To start workers would take longer than these tests.
unit: install
	$(BIN)/python -m pytest -m unit -n 0

# The pure rooms again, with a floor. To measure costs as much again as the tests, so it measures no others.
coverage: install
	$(BIN)/python -m pytest -m unit -n 0 --cov --cov-report=term

test: install prism browser fhir-server fhir-schema
	$(BIN)/python -m pytest -n 4 --dist worksteal
	@$(MAKE) --no-print-directory coverage

# Without npm, or where it cannot install, the tests that need these packages are skipped and say so.
prism: $(PRISM)/installed

fhir-schema: $(FHIR_SCHEMA)/installed

tests/%/node_modules/installed: tests/%/package.json
	@if ! command -v npm >/dev/null; then \
		echo "npm is not here: tests that need tests/$* are skipped; install Node.js 20 to run them"; \
	elif npm install --prefix tests/$* --no-package-lock --no-audit --no-fund --loglevel=error; then \
		touch $@; \
	else \
		echo "npm could not install the packages of tests/$*: tests that need them are skipped"; \
	fi

# A server of FHIR R4 in an environment of its own. Where it cannot be installed, its tests are skipped and say so.
fhir-server: var/sekmet/installed

var/sekmet/installed:
	@$(PYTHON) -m venv var/sekmet && \
	var/sekmet/bin/python -m pip install --quiet --disable-pip-version-check sekmet-fhir==0.1.1 && touch $@ || \
		echo "sekmet-fhir could not be installed: FHIR is not tested against a real server"

# Without Chromium the tests that look at a page in a real browser are skipped and say so.
browser:
	@if command -v chromium >/dev/null; then :; \
	elif [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
		echo "chromium is not here: pages are not tested in a browser; install it to test them"; \
	elif apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
			chromium fonts-dejavu-core >/dev/null; then :; \
	else \
		echo "apt-get could not install Chromium: pages are not tested in a browser"; \
	fi

# Random runs in which all goes wrong that can, the same again from the same seed; some minutes. A
# tenth as many have three daemons on PostgreSQL, because each takes as long as ten of the others.
chaos: install
	$(BIN)/python -m tests.chaos --runs $(RUNS) --seed $(SEED)
	$(BIN)/python -m tests.chaos --runs $$((($(RUNS) + 9) / 10)) --seed $(SEED) --database postgresql --daemons 3

# The properties to which the rule language is held, at length: some hours. Each takes longer than a
# test may, and PostgreSQL longer than all. The last line lets a thousand clients of
# intensive programmes live for a year.
thorough: install
	HANDRAIL_CASES=20000 $(BIN)/python -m pytest --timeout 0 -m "not postgres" tests/rulebook/test_one_meaning.py \
		tests/rulebook/core/test_figures.py tests/flows/replay/test_live_and_replay.py
	HANDRAIL_CASES=1 $(BIN)/python -m pytest --timeout 0 tests/journeys/test_hard_times.py tests/journeys/test_failover.py
	HANDRAIL_CASES=1000 $(BIN)/python -m pytest --timeout 0 tests/journeys/test_simulated_year.py

# .pre-commit-config.yaml runs the same four steps before a commit.
check: style types imports rules

style: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

imports: install
	$(BIN)/lint-imports

rules: install
	$(BIN)/handrail check
	$(BIN)/handrail test
	$(BIN)/python -m pytest -q tests/rulebook/test_docs_rules.py

# The site of everything in docs/ and the pages beside README.md; a broken link fails.
docs: install
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# docs/config.md, from the settings' own descriptions.
reference: install
	$(BIN)/python -m engine.config_reference > docs/config.md

bench: install
	$(BIN)/python -m benchmarks

# A bill of all the software that an installation holds, as CycloneDX. The tool stands in an environment of its own.
sbom:
	$(PYTHON) -m venv --clear var/sbom/runtime
	@rm -rf build # of an earlier build, which would come along
	var/sbom/runtime/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt '.[letters,matching,workbooks]'
	$(PYTHON) -m venv --clear var/sbom/tool
	var/sbom/tool/bin/python -m pip install --quiet --disable-pip-version-check cyclonedx-bom==7.5.0
	var/sbom/tool/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible \
		--output-file var/handrail.cdx.json var/sbom/runtime/bin/python
	@echo "var/handrail.cdx.json"

# The pictures of docs/console.md, taken of the sample.
pictures: install browser
	$(BIN)/python -m tests.pictures

clean:
	rm -rf $(VENV) .venv-3.13 $(PRISM) $(FHIR_SCHEMA) var .coverage

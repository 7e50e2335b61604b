# `make demo` and `make test` are the two main commands. The rest is for developers.
PYTHON ?= $(or $(shell command -v python3.11 2>/dev/null),python3)
UV_VERSION := 0.13.9

VENV := var/venv
MAIN := $(VENV)/main
SUPERSET := $(VENV)/superset
TOOLS := $(MAIN)/.tools
BIN := $(MAIN)/bin
# uv of this machine, or our own copy fetched by pip.
UV := $(or $(shell command -v uv 2>/dev/null),var/uv/bin/uv)

export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := False
export UV_NO_PROGRESS := 1
export UV_PYTHON_DOWNLOADS := never
export PYTHONWARNINGS := ignore
# Many short processes: without compiled files each would compile Airflow, dbt or Great Expectations anew.
unexport PYTHONDONTWRITEBYTECODE

# An environment whose Python moved away, or that belongs to another folder (a moved or copied clone), is made anew.
IS_OURS := import mcu, os, sys; sys.exit(not os.path.samefile(mcu.__path__[0], "plugins/mcu"))
STALE := $(shell [ ! -e $(MAIN)/.installed ] || $(BIN)/python -c '$(IS_OURS)' 2>/dev/null || echo main superset; \
	[ ! -e $(SUPERSET)/.installed ] || $(SUPERSET)/bin/python -c '' 2>/dev/null || echo superset)
ifneq ($(STALE),)
$(info Python прежнего окружения не запускается, или папка переехала: окружение устанавливается заново.)
$(shell cd $(VENV) && rm -f $(addsuffix /.installed,$(STALE)) $(addsuffix /.tools,$(STALE)))
endif

.PHONY: demo up down status test soak check docs pictures bench install lock clean
.DEFAULT_GOAL := demo

demo: install  ## from nothing to a working platform
	@$(BIN)/demo-city demo

up: install  ## the demonstration city too, unless MCU_CITY=false
	@$(BIN)/demo-city up

down: $(MAIN)/.installed  ## stop everything; data stays
	@$(BIN)/mcu down

status: $(MAIN)/.installed  ## what runs
	@$(BIN)/mcu status

test: install $(TOOLS)  ## unit, dbt, Airflow, Superset, end to end, browser
	@sh tests/chromium.sh
	@sh tests/directory.sh
	@$(BIN)/python -m pytest -n 2 --no-loadscope-reorder $(ARGS)

soak: install $(TOOLS)  ## slow proofs: kills at every moment, drills, the server's topology
	@sh tests/chromium.sh
	@sh tests/server.sh
	@$(BIN)/python -m pytest -m soak -s $(ARGS)

check: install $(TOOLS)  ## linters, types, reference data, dbt parse, dashboard chain
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests
	@$(BIN)/python -m mcu.seeds
	@$(BIN)/mcu-dbt parse
	@$(BIN)/python superset/validate.py

docs: install  ## docs/spec.md anew, docs/ as a site: var/site/index.html
	@$(BIN)/python -m mcu.sources.reference
	@$(BIN)/mcu docs

pictures: install $(TOOLS)  ## docs/guide/pictures anew, from the browser test that looks at every dashboard
	@sh tests/chromium.sh
	@$(BIN)/python -m pytest tests/browser/test_dashboards.py -k every_tile_is_filled
	@PYTHONPATH=tests $(BIN)/python -m browser.pictures

bench: install $(TOOLS)  ## figures, as ratios to a bound measured in the same run; ARGS="problems=100000": one alone
	@PYTHONPATH=tests $(BIN)/python -m bench.run $(ARGS)

install: $(MAIN)/.installed $(SUPERSET)/.installed

INSTALL := sh install.sh

$(UV):
	@$(INSTALL) check "$(PYTHON)" "$(UV)"
	@echo "Установка uv $(UV_VERSION)…"
	@$(INSTALL) step "Установка uv" $(PYTHON) -m pip install --quiet --disable-pip-version-check \
		--root-user-action=ignore --target var/uv uv==$(UV_VERSION)

# The stamp is written last: an interrupted installation starts again (in seconds, from uv's cache).
$(MAIN)/.installed: requirements.txt pyproject.toml | $(UV)
	@$(INSTALL) check "$(PYTHON)" "$(UV)"
	@echo "Установка основного окружения (Airflow, dbt, Great Expectations)…"
	@$(call make_venv,$(MAIN),requirements.txt)
	@$(INSTALL) step "Установка платформы" $(UV) pip install --quiet --python $(MAIN) --offline --no-deps \
		--no-build-isolation --editable .
	@touch $@

$(SUPERSET)/.installed: superset/requirements.txt | $(UV)
	@$(INSTALL) check "$(PYTHON)" "$(UV)"
	@echo "Установка окружения Superset…"
	@$(call make_venv,$(SUPERSET),superset/requirements.txt)
	@touch $@

$(TOOLS): tests/requirements.txt $(MAIN)/.installed | $(UV)
	@echo "Установка средств проверки…"
	@$(INSTALL) step "Установка средств проверки" $(UV) pip install --quiet --python $(MAIN) --require-hashes \
		-r requirements.txt -r tests/requirements.txt
	@touch $@

define make_venv
$(INSTALL) step "Создание $(1)" $(UV) venv --quiet --clear --python $(PYTHON) $(1) && \
$(INSTALL) step "Установка $(2)" $(UV) pip install --quiet --python $(1) --require-hashes -r $(2)
endef

LOCK = $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url

lock: | $(UV)  ## requirements.in → requirements.txt, with hashes
	@$(LOCK) requirements.in -o requirements.txt
	@$(LOCK) superset/requirements.in -o superset/requirements.txt
	@$(LOCK) tests/requirements.in -o tests/requirements.txt

clean:  ## stop everything and delete it, data included
	@[ ! -x $(BIN)/mcu ] || $(BIN)/mcu down
	@rm -rf var

# Two commands matter: `make demo` and `make test`. Everything else is for those who work on the project.
PYTHON ?= python3
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
export PYTHONWARNINGS := ignore

.PHONY: demo up down status test check bench install lock clean
.DEFAULT_GOAL := demo

demo: install  ## from nothing to a working platform
	@$(BIN)/python -m demo_city demo

up: install  ## the demonstration city too, unless MCU_CITY=false
	@$(BIN)/python -m demo_city up

down: $(MAIN)/.installed
	@$(BIN)/mcu down

status: $(MAIN)/.installed
	@$(BIN)/mcu status

test: install $(TOOLS)  ## unit, dbt, Airflow, Superset, end to end, browser
	@sh tests/chromium.sh
	@$(BIN)/python -m pytest -n 2 --no-loadscope-reorder $(ARGS)

check: install $(TOOLS)  ## linters, types, dbt parse, dashboard chain
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/mypy expectations
	@$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests
	@$(BIN)/mcu-dbt parse
	@$(BIN)/python superset/validate.py

bench: install $(TOOLS)
	@PYTHONPATH=tests $(BIN)/python -m bench.run

install: $(MAIN)/.installed $(SUPERSET)/.installed

$(UV):
	@echo "Установка uv $(UV_VERSION)…"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target var/uv uv==$(UV_VERSION) \
		|| { echo "Не удалось установить uv: нужны pip и доступ к реестру пакетов Python." >&2; exit 1; }

# A stamp stands only when an environment is whole: a killed installation is made anew (from uv's cache in seconds).
$(MAIN)/.installed: requirements.txt | $(UV)
	@echo "Установка основного окружения (Airflow, dbt, Great Expectations)…"
	@$(call make_venv,$(MAIN),requirements.txt)
	@echo "$(CURDIR)/plugins" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/mcu.pth"
	@printf '#!/bin/sh\nexec "$(CURDIR)/$(BIN)/python" -m mcu "$$@"\n' > $(BIN)/mcu
	@printf '#!/bin/sh\nexec "$(CURDIR)/$(BIN)/python" -m mcu.warehouse.dbt "$$@"\n' > $(BIN)/mcu-dbt
	@chmod +x $(BIN)/mcu $(BIN)/mcu-dbt
	@touch $@

$(SUPERSET)/.installed: superset/requirements.txt | $(UV)
	@echo "Установка окружения Superset…"
	@$(call make_venv,$(SUPERSET),superset/requirements.txt)
	@touch $@

$(TOOLS): tests/requirements.txt $(MAIN)/.installed | $(UV)
	@echo "Установка средств проверки…"
	@$(UV) pip install --quiet --python $(MAIN) --require-hashes -r requirements.txt -r tests/requirements.txt
	@touch $@

define make_venv
$(UV) venv --quiet --clear --python $(PYTHON) $(1) && \
$(UV) pip install --quiet --python $(1) --require-hashes -r $(2) \
	|| { echo "Не удалось установить $(2). Проверьте доступ к реестру пакетов и место на диске, затем повторите команду." >&2; exit 1; }
endef

lock: | $(UV)  ## requirements.in → requirements.txt, with hashes
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements.in -o requirements.txt
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url superset/requirements.in -o superset/requirements.txt
	@cd tests && $(abspath $(UV)) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements.in -o requirements.txt

clean: ## stop everything and forget it, data included
	@[ ! -x $(BIN)/mcu ] || $(BIN)/mcu down
	@rm -rf var

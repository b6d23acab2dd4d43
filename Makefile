# Two commands: `make run` and `make test`. Both set up whatever is missing.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# Settings given as `make run NAME=value` reach the processes through the environment.
export DEMO SOURCES REPLAY MAPPING SPEED EXTRUDERS SHARDS SEED PORT HOST PLANT_TZ PLANT_NAME REDIS_URL QUEUE_URL REDIS_CA \
	DATABASE_URL VAR_DIR NOTIFY BASE_URL CURRENCY PRICES RESIDENCE_S REGRIND SHIFTS HISTORY_CACHE \
	RETAIN_RAW_DAYS RETAIN_MINUTES_DAYS RETAIN_HOURS_DAYS RUNAWAY_S SPOOL_MB HEARTBEAT_URL \
	AUTH SESSION_IDLE_MIN SESSION_MAX_H PROXY_FROM PROXY_USER_HEADER PROXY_ROLES_HEADER PROXY_ROLES \
	OIDC_ISSUER OIDC_CLIENT_ID OIDC_CLIENT_SECRET OIDC_CLIENT_SECRET_FILE OIDC_ROLES_CLAIM OIDC_ROLES \
	LOG_FORMAT LOG_SYSLOG REDIS_URL_FILE QUEUE_URL_FILE DATABASE_URL_FILE HEARTBEAT_URL_FILE ALARMS_MQTT ALARMS_MQTT_FILE
.PHONY: run demo test check check-deploy release bench fault faults import copy guard backup follow restore drill watch lock audit-deps sbom fuzz people audit clean

run: .venv/.run
	@exec $(BIN)/python run.py

# A small plant in which a screen clogs: found, explained, acknowledged, resolved, in the history.
demo: .venv/.run
	@DEMO=yes EXTRUDERS=$(or $(EXTRUDERS),4) VAR_DIR=$(or $(VAR_DIR),var/demo) exec $(BIN)/python run.py

test: .venv/.dev check
	@tests/install_servers.sh
	@$(if $(ARGS),$(BIN)/python -m pytest $(ARGS),$(all_tests))

# A browser draws in software here and wants the cores for itself, hence the second run, and no more
# at once than two; of the others one more than there are cores, since much of a test is waiting. A
# file's tests share a plant and stay together. Those with a browser in the files' order, and not
# those of many tests first: the longest has a single one.
define all_tests
at_once=$$(( $$(nproc) < 3 ? $$(nproc) + 1 : 4 )) ; \
$(BIN)/python -m pytest --ignore tests/browser -n $$at_once --dist loadfile ; failed=$$? ; \
$(BIN)/python -m pytest tests/browser -n 2 --dist loadfile --no-loadscope-reorder && exit $$failed
endef

check: .venv/.dev
	@$(BIN)/ruff format --check -q . && $(BIN)/ruff check -q .
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports --no-logo | tail -n 4

bench: .venv/.dev
	@$(BIN)/python -m benchmarks

# make import FILE=path.csv MAPPING=mapping.toml
import: .venv/.run
	@$(BIN)/python -m data.ingest import "$(FILE)" $(if $(MAPPING),--mapping "$(MAPPING)")

# make copy FROM=sqlite:///var/telemetry.sqlite TO=postgresql://user@host/name
copy: .venv/.run
	@$(BIN)/python -m data.copy "$(FROM)" "$(TO)"

# docs/backup.md. make backup TO=folder; make follow TO=folder
backup: .venv/.run
	@$(BIN)/python -m data.backup now "$(TO)"

follow: .venv/.run
	@exec $(BIN)/python -m data.backup follow "$(TO)"

# make restore FROM=folder [AT=2026-11-25T18:00:00Z] [REPLACE=yes] [DATA=new PostgreSQL folder]
restore: .venv/.run
	@$(BIN)/python -m data.backup restore "$(FROM)" $(if $(AT),--at "$(AT)") \
		$(if $(REPLACE),--replace) $(if $(DATA),--data "$(DATA)")

# A plant is written to, killed, destroyed and restored, on both kinds of store.
drill: .venv/.dev
	@$(BIN)/python -m pytest tests/backup/test_drill.py -s

# docs/people.md: make people ARGS="add anna --role operator"
people: .venv/.run
	@$(BIN)/python -m data.people $(or $(ARGS),list)

# Is the audit journal whole? make audit [HEAD=seq:hash]
audit: .venv/.run
	@$(BIN)/python -m data.audit verify $(HEAD)

# What is wrong with the store, and the SQL that mends it: see docs/operations.md.
guard: .venv/.run
	@$(BIN)/python -m data.store_guard

# On another machine: make watch WATCH_URL=https://meltwatch.example WATCH_TELL=mailto://…
# or make watch FILE=watcher.toml (docs/watcher.md).
watch: .venv/.run
	@exec $(BIN)/python -m watcher $(FILE)

# make fault EXTRUDER=3 FAULT=screen_clogging [MINUTES=5]
fault: .venv/.run
	@$(BIN)/python -m data.ingest fault $(EXTRUDER) $(FAULT) $(if $(MINUTES),--minutes $(MINUTES))

# Kills, full disks, wrong clocks … of real processes: about 20 minutes, a table at the end
# (docs/operations.md). Needs root for some; what is missing is skipped, and said so.
faults: .venv/.dev
	@WITH_FAULTS=1 tests/install_servers.sh
	@$(BIN)/python -m pytest -m "faults or not faults" -rs $(or $(ARGS),tests/faults)

# Every piece of deploy/ by its own tool (docs/deploy.md).
check-deploy: .venv/.dev .venv-deploy/.ok
	@WITH_DEPLOY=1 tests/install_servers.sh
	@PATH="$(CURDIR)/.venv-deploy/bin:$$PATH" $(BIN)/python -m pytest -m deploy -rs tests/deploy $(ARGS)

# What the playbook lays on machines: HEAD, as dist/meltwatch.tar.gz, the same bytes for the same commit.
RELEASE = Procfile app.py requirements.lock access assets callbacks components data mappings routes words \
	deploy/procfile_line.sh deploy/rolling_restart.sh deploy/nginx
release:
	@mkdir -p dist && git archive --format=tar HEAD $(RELEASE) | gzip -n > dist/meltwatch.tar.gz

clean:
	rm -rf .venv .venv-deploy dist var .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis

.venv/.run: requirements.lock
	@$(call venv,$<,-r $<) && touch $@

.venv-deploy/.ok: requirements-deploy.lock
	@$(PYTHON) -m venv .venv-deploy && echo "Installing $< …" \
		&& .venv-deploy/bin/pip install -q --disable-pip-version-check --require-hashes -r $< \
		&& touch $@

# uv, itself from the lock, checks the same hashes and is several times as fast; where it finds no
# index (it does not read pip's settings), pip.
.venv/.dev: requirements-dev.lock requirements.lock
	@$(call venv,$<,-r <(awk '/^[^ ]/ {on = /^uv==/} on' $<)) && { $(BIN)/uv pip install -q --no-config \
		--python $(BIN)/python --compile-bytecode --require-hashes -r $< || $(call pip,-r $<) ; } \
		&& touch $@ .venv/.run

# What was edited in requirements*.txt, with all it needs and the hashes of PyPI (decision 0021).
lock: .venv/.dev
	@$(LOCK) requirements.txt -o requirements.lock
	@$(LOCK) requirements-dev.txt -c requirements.lock -o requirements-dev.lock
	@$(LOCK) requirements-deploy.txt -o requirements-deploy.lock

LOCK = $(BIN)/uv pip compile -q --no-config --universal --python-version 3.11 --generate-hashes \
	--no-header --index-url https://pypi.org/simple

# Thousands of questions, of the API's description and beside it, to real processes: minutes.
fuzz: .venv/.dev
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),300) $(BIN)/python -m pytest tests/fuzz $(ARGS)

# Known holes in what the locks name; asks pypi.org. docs/supply_chain.md
audit-deps: .venv/.dev
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements-dev.lock

# What `make run` installs, as a CycloneDX bill of materials.
sbom: .venv/.dev
	@$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml \
		--output-reproducible -o sbom.json && echo "sbom.json"

define venv
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "Meltwatch needs Python 3.11 or newer: make $@ PYTHON=/path/to/python3.11"; exit 1; } ; \
[ -x $(BIN)/pip ] || $(PYTHON) -m venv .venv \
	|| { echo "No venv module: install it with 'apt-get install python3-venv'"; exit 1; } ; \
echo "Installing $(1) …" && $(call pip,$(2))
endef

pip = $(BIN)/pip install -q --disable-pip-version-check --require-hashes $(1)

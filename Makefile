# Everything a developer or CI runs. `make` alone lists it.

PORT ?= 8080
ENV ?= default
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

# Each environment is installed when its lock file is newer than its stamp. Two makes at once take turns.
python = python3.13 -c 'import sys; print(sys.executable)' 2>/dev/null
turn = flock Makefile
uv = .run/venv-uv/bin/uv
environments = .venv/.stamp .run/venv-sam/.stamp .run/venv-emulator/.stamp
clients = tests/clients/node_modules/.package-lock.json
# What the service is measured beside.
bench = .run/venv-bench/.stamp bench/rivals/node_modules/.package-lock.json
# SAM needs a real python3.13, with pip, first on PATH. Nothing it does on a developer's behalf is reported home.
sam = PATH="$(CURDIR)/.run/venv-sam/bin:$$PATH" SAM_CLI_TELEMETRY=0 sam
# `make check` asks AWS nothing, but SAM wants to know a region and whom it would ask as.
offline = AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none

.PHONY: help run test bench bench-full check format openapi page lock setup build deploy clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: $(environments) ## deploy to a local AWS emulator and serve it at http://localhost:8080 until Ctrl-C (PORT=8080)
	@exec .venv/bin/python -m local --port "$(PORT)"

test: setup ## run all tests, those against the deployed stack included
	@exec .venv/bin/python -m pytest --numprocesses auto --dist loadgroup $(ARGS)

bench: $(environments) $(bench) ## measure, beside others, and write docs/performance.md (ARGS=cold_start for one part)
	@exec .venv/bin/python -m bench $(ARGS)

bench-full: $(environments) $(bench) ## the same, the large sizes too
	@exec .venv/bin/python -m bench --full $(ARGS)

check: $(environments) ## formatter, linter, types, template: all at zero findings
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/cfn-lint template.yaml docs/*.yaml
	@$(offline) $(sam) validate --lint

format: .venv/.stamp ## rewrite the sources in the one format, and fix what the linter can
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

openapi: .venv/.stamp ## write the OpenAPI document that is served, from its source in openapi/
	@.venv/bin/python -m openapi

page: .venv/.stamp ## the same, and copy Swagger UI, in the version that openapi/package.json pins, beside it
	@npm ci --prefix openapi --loglevel=error
	@.venv/bin/python -m openapi --page

build: .run/venv-sam/.stamp ## sam build for an environment of samconfig.toml (ENV=default)
	@$(sam) build --config-env "$(ENV)"

deploy: build ## sam build and sam deploy to AWS (ENV=default or ENV=prod)
	@$(sam) deploy --config-env "$(ENV)"

setup: $(environments) $(clients) ## install what the other targets need, into .venv, .run and tests/clients

lock: .run/venv-uv/.stamp ## choose newest versions and pin them by hash: requirements/*.txt, the layer's, npm's
	@set -e; compile() { \
	  echo "locking $$1"; \
	  UV_CUSTOM_COMPILE_COMMAND="make lock" $(uv) pip compile --quiet --universal --python-version 3.13 \
	    --generate-hashes --no-emit-index-url --no-annotate --upgrade "$$1" --output-file "$$2"; }; \
	compile requirements/layer.in layers/shared/requirements.txt; \
	compile requirements/reference.in bench/reference/functions/requirements.txt; \
	for name in uv dev sam emulator bench; do compile requirements/$$name.in requirements/$$name.txt; done
	@cd tests/clients && npm update --package-lock-only
	@cd openapi && npm update --package-lock-only
	@cd bench/rivals && npm update --package-lock-only

clean: ## remove environments, builds, state and caches
	@rm -rf .venv .run .aws-sam bench/reference/.aws-sam .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/clients/node_modules openapi/node_modules bench/rivals/node_modules

# --- environments -----------------------------------------------------------------------------

.run/venv-uv/.stamp: requirements/uv.txt
	@test -n "$$($(python))" || { echo "Python 3.13 is needed, as the command python3.13: install it (pyenv reads .python-version) and try again." >&2; exit 1; }
	@echo "installing uv"
	@$(turn) "$$($(python))" -m venv $(@D)
	@$(turn) $(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.stamp: requirements/dev.txt
.run/venv-sam/.stamp: requirements/sam.txt
.run/venv-emulator/.stamp: requirements/emulator.txt
.run/venv-bench/.stamp: requirements/bench.txt
$(environments) .run/venv-bench/.stamp: .run/venv-uv/.stamp
	@echo "installing $(@D)"
	@test -x $(@D)/bin/python3.13 || $(turn) $(uv) venv --quiet --allow-existing --python "$$($(python))" $(@D)
	@$(turn) $(uv) pip sync --quiet --require-hashes --python $(@D)/bin/python3.13 $(filter requirements/%.txt,$^)
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	@command -v npm >/dev/null || { echo "Node.js 20 or later, with npm, is needed for $*: install it and try again." >&2; exit 1; }
	@echo "installing $(@D)"
	@$(turn) sh -c 'test $@ -nt $< || npm ci --prefix $* --loglevel=error && touch $@'

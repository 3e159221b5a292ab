# `make run` serves the whiteboard, `make test` tests it. Both need Python ≥ 3.11 and nothing else: Node comes from PATH or
# from PyPI. A target is a file that tells when its work was last done, so nothing is done twice. GNU make 3.81 will do.

files = $(foreach path,$(wildcard $(1)/*),$(path) $(call files,$(path)))
page := backend/whiteboard/web/page/index.html

.PHONY: setup run test check bench rehearsal rollout fresh images clean

setup: .venv/.run $(page)

run: setup
	@exec .venv/bin/python scripts/foreground.py .venv/bin/whiteboard serve

# Four processes whatever the machine has: most tests wait for something.
test: setup .venv/.dev
	.venv/bin/python -m tests.e2e.chromium
	PATH="$$(pwd)/.venv/bin:$$PATH" .venv/bin/python -m pytest --numprocesses 4 --dist worksteal
	scripts/npm.sh test

check: .venv/.dev frontend/node_modules/.done
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/hadolint Dockerfile tests/chart/bases/Dockerfile
	scripts/npm.sh run check

# QUICK=1: under 2 minutes, shows that everything runs.
bench: .venv/.run
	PATH="$$(pwd)/.venv/bin:$$PATH" .venv/bin/python -m tests.bench $(if $(QUICK),--quick)

# Replicas and Redis come and go while people draw: 2 minutes. `make test` has a short form of it.
rehearsal: setup .venv/.dev
	.venv/bin/python -m tests.e2e.chromium
	PATH="$$(pwd)/.venv/bin:$$PATH" .venv/bin/python -m tests.rehearsal

# The chart's Deployment as processes: rolled out, scaled, a node lost, under drawing clients, in its own seconds (4 minutes).
rollout: setup .venv/.dev
	PATH="$$(pwd)/.venv/bin:$$PATH" .venv/bin/python -m tests.chart

# A new user's way: a clone, an empty environment, `make run`, a stroke, Ctrl-C (a minute or two, and the network).
fresh:
	python3 -m tests.fresh

# Both images, by podman or docker; `make test` then runs them. BUILD: further options, as --build-arg PYTHON_IMAGE=…, or
# `debian` where no bases can be pulled.
images:
	scripts/images.sh $(BUILD)

# Boards (.whiteboard) stay.
clean:
	rm -rf .venv frontend/node_modules backend/whiteboard/web/page backend/*.egg-info .*_cache .hypothesis

.venv/.run: backend/requirements/run.txt pyproject.toml
	@echo "Installing Python packages"
	@scripts/venv.sh run
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: backend/requirements/dev.txt | .venv/.run
	@echo "Installing Python packages for tests and checks"
	@scripts/venv.sh dev
	@touch $@

frontend/node_modules/.done: frontend/package-lock.json | .venv/.run
	@echo "Installing the page's packages"
	@scripts/npm.sh ci --no-audit --no-fund --loglevel=error
	@touch $@

$(page): frontend/node_modules/.done $(wildcard frontend/*.*) $(call files,frontend/src) $(call files,frontend/public) $(call files,frontend/scripts)
	@echo "Building the page"
	@scripts/npm.sh run build --silent
	@touch $@

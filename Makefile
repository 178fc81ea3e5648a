# make run and make test do everything on a fresh machine that has Python 3 and make; the others build on the same .venv.

PYTHON := .venv/bin/python
READY := .venv/ready

.PHONY: run setup test check lint bench bench-peers clean

run: $(READY)
	.venv/bin/seawall demo

setup: $(READY)

# Any python3 that starts will do: it looks for a better one itself.
$(READY): pyproject.toml uv.lock scripts/bootstrap.py
	@for python in python3 /usr/bin/python3 /usr/local/bin/python3; do \
		if "$$python" -c "" 2>/dev/null; then "$$python" scripts/bootstrap.py && touch $@; exit; fi; \
	done; echo "setup failed: no python3 starts on this machine; install Python 3.11 or newer (3.13 is best)" >&2; exit 1

test: $(READY)
	$(PYTHON) scripts/run_tests.py

check: lint
	$(PYTHON) -m pytest -n 2 tests/architecture tests/unit

lint: $(READY)
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: $(READY)
	$(PYTHON) benchmarks/run.py

# Other engines on the same market, in an environment of their own (.bench), which the first run makes.
bench-peers: $(READY)
	$(PYTHON) benchmarks/bench_peers.py

clean:
	rm -rf .venv .venv-* .tools .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

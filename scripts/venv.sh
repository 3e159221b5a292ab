#!/bin/sh
# Usage: scripts/venv.sh LOCK: installs a lock of backend/requirements/ into .venv, which it makes when it is not there.
# PYTHON, if set, is the Python to use. Needs nothing but Python and a POSIX shell.
set -eu
cd "$(dirname "$0")/.."

suits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if ! suits .venv/bin/python; then
    for python in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11 ""; do
        [ -n "$python" ] || { echo "whiteboard: install Python 3.11 or newer (or name it: make PYTHON=…)" >&2; exit 1; }
        if suits "$python"; then break; fi
    done
    # Debian and Ubuntu split the standard library: without this package `python3 -m venv` fails halfway.
    "$python" -c 'import venv, ensurepip' 2>/dev/null || {
        echo "whiteboard: $python cannot make virtual environments: install them (Debian, Ubuntu: apt-get install python3-venv)" >&2
        exit 1
    }
    "$python" -m venv --clear .venv
fi

# Only wheels: a machine without a compiler gets a clear refusal instead of a failing build.
exec .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    --requirement "backend/requirements/$1.txt"

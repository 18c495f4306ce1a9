#!/usr/bin/env bash
# Every test: vitest for TypeScript, pytest for the trainer. Arguments go to vitest alone. The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."

bash infra/setup.sh </dev/null || { echo "0 passed, 1 failed"; exit 1; }
export PATH="$PWD/node_modules/.bin:$PATH"

# Tests of the dashboard drive a browser. Where none is there and Debian's may be installed, it is; elsewhere they are skipped.
if ! command -v chromium >/dev/null && [ -z "${CHROMIUM_PATH:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { timeout 120 apt-get update -qq; timeout 300 apt-get install -qq -y --no-install-recommends chromium; } </dev/null >/dev/null 2>&1 ||
    echo "chromium can't be installed: tests in a browser are skipped"
fi

reports=.cache/test
rm -rf "$reports"
mkdir -p "$reports"

vitest run --config tests/vitest.config.ts --reporter=default --reporter=json --outputFile.json="$reports/vitest.json" "$@" </dev/null
echo $? >"$reports/vitest.status"

if [ $# -eq 0 ]; then
  (cd gpu-runners/trainer && OMP_WAIT_POLICY=passive .venv/bin/python -m pytest -q --junitxml="$OLDPWD/$reports/pytest.xml" </dev/null)
  echo $? >"$reports/pytest.status"
fi

node infra/sum-tests.ts "$reports"

#!/usr/bin/env bash
# Every test: vitest for TypeScript, pytest for the trainer. Arguments go to vitest alone. The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."

bash infra/setup.sh </dev/null || { echo "0 passed, 1 failed"; exit 1; }
export PATH="$PWD/node_modules/.bin:$PATH"

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

#!/usr/bin/env bash
# All checks that need no running program, side by side. Prints one line a check, and the whole output of those that fail.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"

logs=.cache/check
mkdir -p "$logs"
venv=.venv/bin
names=()
pids=()

start() { # name, folder, command...
  local name=$1 folder=$2
  shift 2
  (
    cd "$folder" || exit
    SECONDS=0
    "$@" </dev/null
    status=$?
    echo "$SECONDS" >"$OLDPWD/$logs/$name.seconds"
    exit $status
  ) >"$logs/$name.log" 2>&1 &
  names+=("$name")
  pids+=($!)
}

start types . tsc -b
start lint . oxlint --deny-warnings
start format . oxfmt --check
start unused . knip --no-progress
start python-types gpu-runners/trainer "$venv/pyright"
start python-lint gpu-runners/trainer "$venv/ruff" check --quiet
start python-format gpu-runners/trainer "$venv/ruff" format --check --quiet

failed=0
for i in "${!names[@]}"; do
  name=${names[$i]}
  if wait "${pids[$i]}"; then
    printf 'ok      %-14s %ss\n' "$name" "$(cat "$logs/$name.seconds")"
  else
    failed=1
    printf 'FAILED  %s\n' "$name"
    sed 's/^/        /' "$logs/$name.log"
  fi
done
exit $failed

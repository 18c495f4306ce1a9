#!/usr/bin/env bash
# All checks that need no running program, side by side. Prints one line a check, and the whole output of those that fail.
# The two slow ones, lint with types and Python's types, look at the files that changed since they last passed; at all of them in CI, with
# `--all`, and when their settings or packages changed.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"
ROOT=$PWD

logs=.cache/check
mkdir -p "$logs"
venv=.venv/bin
names=()
pids=()
if [ "${1:-}" = --all ] || [ -n "${CI:-}" ]; then rm -f "$logs"/*.passed; fi

# on_changed NAME SETTINGS FILES COMMAND...: the command on those of FILES (a pattern) that changed since it passed, on all when SETTINGS did.
on_changed() {
  local list=$ROOT/$logs/$1 settings=$2 files=$3 changed
  shift 3
  sum_of "$settings" >"$list.settings.now"
  sum_of "$files" >"$list.now"
  if [ -f "$list.passed" ] && cmp -s "$list.settings.now" "$list.settings.passed"; then
    changed=$(comm -13 "$list.passed" "$list.now" | cut -c43-)
    if [ -n "$changed" ]; then xargs "$@" <<<"$changed" || return; fi
  else
    "$@" || return
  fi
  mv "$list.settings.now" "$list.settings.passed"
  mv "$list.now" "$list.passed"
}

sum_of() { # patterns
  # shellcheck disable=SC2086
  git ls-files -co --exclude-standard -- $1 | sort -u | xargs -d '\n' sha1sum 2>/dev/null | sort
}

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
start lint . on_changed lint ".oxlintrc.json package-lock.json tsconfig.json */tsconfig.json" "*.ts *.tsx" oxlint --deny-warnings
start format . oxfmt --check
start unused . knip --no-progress
start python-types gpu-runners/trainer on_changed python-types "pyproject.toml uv.lock" "*.py" "$venv/pyright"
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

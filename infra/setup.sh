#!/usr/bin/env bash
# Installs what Whetstone needs, side by side and only what is not there yet: `npm run setup`.
# Needs Node 20+, Python 3.11+ and Go 1.24+; the rest comes through npm, uv and go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache="${HOME}/.cache/whetstone"
logs=".cache/setup"
limit_s=900
synced_lock="gpu-runners/trainer/.venv/synced-uv.lock"
mkdir -p "$cache/bin" "$logs"
started=$(date +%s)

fail() { printf 'setup: %s\n' "$1" >&2; exit 1; }
has_version() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }
require() { # name, wanted, found
  [ -n "$3" ] || fail "$1 $2 or newer is needed, and there is none on the PATH; install it and try again"
  has_version "$3" "$2" || fail "$1 $2 or newer is needed, and this is $3; install a newer one and try again"
}

check_tools() {
  require Node 20 "$(node --version 2>/dev/null | tr -d v || true)"
  command -v npm >/dev/null || fail "npm is needed, it comes with Node; install it and try again"
  require Python 3.11 "$(python3 -c 'import platform; print(platform.python_version())' 2>/dev/null || true)"
  [ -x "$cache/bin/versitygw-$version" ] || require Go 1.24 "$(go env GOVERSION 2>/dev/null | sed 's/^go//; s/ .*//' || true)"
}

install_node_packages() {
  # Not `npm ci`: it refuses a lock that lacks optional binaries of other platforms, which not every registry carries.
  ONNXRUNTIME_NODE_INSTALL=skip npm install --no-save --no-audit --no-fund
  # npm 11 holds back install scripts, and the package `node` fetches its binary in one.
  node_modules/.bin/node --version 2>/dev/null || (cd node_modules/node && node installArchSpecificPackage.js)
  node_modules/.bin/node --version
}

find_uv() {
  for uv in "$(command -v uv || true)" "$cache/uv/bin/uv" "${HOME}/.local/bin/uv"; do
    if [ -n "$uv" ] && "$uv" --version >/dev/null 2>&1; then printf '%s' "$uv"; return; fi
  done
  python3 -m venv "$cache/uv" >&2 && "$cache/uv/bin/pip" install --quiet --disable-pip-version-check uv >&2
  printf '%s' "$cache/uv/bin/uv"
}

install_python_packages() {
  uv="$(find_uv)"
  # PyTorch is thousands of files: read as source, each start of the trainer would take three times as long.
  (cd gpu-runners/trainer && "$uv" sync --frozen --compile-bytecode)
  cp gpu-runners/trainer/uv.lock "$synced_lock"
}

install_versitygw() {
  partial="$cache/bin/partial-$$"
  GOBIN="$partial" GOFLAGS=-mod=mod go install "github.com/versity/versitygw/cmd/versitygw@$version"
  mv "$partial/versitygw" "$cache/bin/versitygw-$version"
  rmdir "$partial"
}

# Runs a step in the background, its output in a log, with a limit of time.
start() { # name, function
  (
    step_started=$(date +%s)
    ( "$2" ) >"$logs/$1.log" 2>&1 & step=$!
    for ((tick = 0; tick < limit_s * 5; tick++)); do
      kill -0 "$step" 2>/dev/null || break
      sleep 0.2
    done
    kill -TERM "$step" 2>/dev/null && printf 'ended after %s s\n' "$limit_s" >>"$logs/$1.log"
    wait "$step" || exit 1
    printf 'setup: %s ready in %s s\n' "$1" "$(($(date +%s) - step_started))"
  ) &
  names+=("$1") pids+=("$!")
}

version="$(cat infra/versitygw-version)"
check_tools
names=() pids=()
# npm writes the second file after it has installed all of the first.
{ [ -x node_modules/.bin/node ] && [ node_modules/.package-lock.json -nt package-lock.json ]; } || start npm install_node_packages
{ [ -x gpu-runners/trainer/.venv/bin/python ] && cmp -s gpu-runners/trainer/uv.lock "$synced_lock"; } || start python install_python_packages
[ -x "$cache/bin/versitygw-$version" ] || start versitygw install_versitygw

failed=0
for i in "${!pids[@]}"; do
  if ! wait "${pids[$i]}"; then
    failed=1
    printf 'setup: %s failed; the end of %s/%s.log:\n' "${names[$i]}" "$logs" "${names[$i]}" >&2
    tail -n 25 "$logs/${names[$i]}.log" | sed 's/^/    /' >&2
  fi
done
[ "$failed" = 0 ] || exit 1

# The Workers serve it as files, so it is built whenever something it is made of is newer.
page=apps/dashboard/dist/index.html
if [ ! -f "$page" ] || [ -n "$(find apps/dashboard docs/design schemas/src package-lock.json -newer "$page" -type f -not -path '*/dist/*' -print -quit)" ]; then
  (cd apps/dashboard && ../../node_modules/.bin/node ../../node_modules/vite/bin/vite.js build) >"$logs/dashboard.log" 2>&1 ||
    { rm -f "$page"; tail -n 25 "$logs/dashboard.log" >&2; fail "the dashboard can't be built"; }
fi
seconds=$(($(date +%s) - started))
printf '%s\n' "$seconds" >"$logs/seconds"
printf 'setup: all there after %s s\n' "$seconds"

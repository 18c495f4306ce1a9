#!/usr/bin/env bash
# Installs what Whetstone needs, side by side and only what is not there yet: `npm run setup`.
# Needs Node 20+, Python 3.11+ and Go 1.24+; the rest comes through npm, uv and go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache="${HOME}/.cache/whetstone"
logs=".cache/setup"
limit_s=900
mkdir -p "$cache/bin" "$logs"
started=$(date +%s)

fail() { printf 'setup: %s\n' "$1" >&2; exit 1; }
has_version() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }
require() { # name, wanted, found
  [ -n "$3" ] || fail "$1 $2 or newer is needed, and there is none on the PATH; install it and try again"
  has_version "$3" "$2" || fail "$1 $2 or newer is needed, and this is $3; install a newer one and try again"
}
hash_of() { cat "$@" | sha256sum 2>/dev/null | cut -c1-64 || cat "$@" | shasum -a 256 | cut -c1-64; }
is_done() { [ -f "$logs/$1.stamp" ] && [ "$(cat "$logs/$1.stamp")" = "$2" ]; }

check_tools() {
  require Node 20 "$(node --version 2>/dev/null | tr -d v || true)"
  command -v npm >/dev/null || fail "npm is needed, it comes with Node; install it and try again"
  require Python 3.11 "$(python3 -c 'import platform; print(platform.python_version())' 2>/dev/null || true)"
  [ -x "$cache/bin/versitygw-$version" ] || require Go 1.24 "$(go env GOVERSION 2>/dev/null | sed 's/^go//; s/ .*//' || true)"
}

install_node_packages() {
  ONNXRUNTIME_NODE_INSTALL=skip npm ci --no-audit --no-fund
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

install_python_packages() { (uv="$(find_uv)" && cd gpu-runners/trainer && "$uv" sync --frozen); }

install_versitygw() {
  partial="$cache/bin/partial-$$"
  GOBIN="$partial" GOFLAGS=-mod=mod go install "github.com/versity/versitygw/cmd/versitygw@$version"
  mv "$partial/versitygw" "$cache/bin/versitygw-$version"
  rmdir "$partial"
}

# Runs a step in the background with a limit of time; its stamp is written only when it succeeds.
start() { # name, stamp, function
  (
    step_started=$(date +%s)
    ( "$3" ) >"$logs/$1.log" 2>&1 & step=$!
    ( sleep "$limit_s"; kill -TERM "$step" ) >/dev/null 2>&1 & timer=$!
    if wait "$step"; then ok=1; else ok=0; fi
    kill "$timer" 2>/dev/null || true
    [ "$ok" = 1 ] || exit 1
    printf '%s' "$2" >"$logs/$1.stamp"
    printf 'setup: %s ready in %s s\n' "$1" "$(($(date +%s) - step_started))"
  ) &
  names+=("$1") pids+=("$!")
}

version="$(cat infra/versitygw-version)"
check_tools
names=() pids=()
npm_stamp="$(hash_of package-lock.json)"
uv_stamp="$(hash_of gpu-runners/trainer/uv.lock)"
{ is_done npm "$npm_stamp" && [ -x node_modules/.bin/node ] && [ -d node_modules/wrangler ]; } || start npm "$npm_stamp" install_node_packages
{ is_done python "$uv_stamp" && [ -x gpu-runners/trainer/.venv/bin/python ]; } || start python "$uv_stamp" install_python_packages
[ -x "$cache/bin/versitygw-$version" ] || start versitygw "$version" install_versitygw

failed=0
for i in "${!pids[@]}"; do
  if ! wait "${pids[$i]}"; then
    failed=1
    printf 'setup: %s failed; the end of %s/%s.log:\n' "${names[$i]}" "$logs" "${names[$i]}" >&2
    tail -n 25 "$logs/${names[$i]}.log" | sed 's/^/    /' >&2
  fi
done
[ "$failed" = 0 ] || exit 1
printf 'setup: all there after %s s\n' "$(($(date +%s) - started))"

#!/usr/bin/env bash
# Writes resize.wasm from resize.ts. AssemblyScript is fetched for this alone, as few ever need it.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
npx --yes --package assemblyscript@0.28.20 asc resize.ts --baseDir "$here" --outFile resize.wasm -O3 --noAssert \
  --runtime stub --enable simd --importMemory --initialMemory 2

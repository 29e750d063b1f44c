#!/usr/bin/env bash
# scripts/size.sh [--gate]: what browsers load, a line each, in bytes after brotli 11.
# With --gate it fails beyond the budgets of DESIGN.md "Numbers to hold", and where
# something is not built.
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob
gate=${1:-}
operands=()
# part NAME BUDGET FILE...: the files of one name are summed.
part() {
  local name=$1 budget=$2 file found=
  shift 2
  for file in "$@"; do
    [[ -e $file && $file != *.br ]] || continue
    operands+=("$name=$file")
    found=1
  done
  if [[ $gate == --gate ]]; then
    [[ -n $found ]] || { echo "size: $name is not built: run make" >&2; exit 1; }
    operands+=(--max "$name=$budget")
  fi
}
part module_br 512000 wasm/module/built/dunlin.wasm
part loader_br 3072 web/built/sdk/dunlin.js
part worker_br 12288 web/built/sdk/worker-*.js web/built/sdk/page-*.js # all that runs before a first report
part sealing_br 46080 web/built/sdk/seal-*.js
part dashboard_br 358400 $(find web/built/dashboard -type f 2>/dev/null | LC_ALL=C sort)
((${#operands[@]})) || { echo "size: nothing is built yet: run make" >&2; exit 1; }
go run ./wasm/link/dunlin-link size "${operands[@]}"

#!/usr/bin/env bash
# make bench: every benchmark that exists, one JSON object a line on standard output.
set -euo pipefail
cd "$(dirname "$0")/.."
for b in "module" "prepare --cells 512" "operation --peers bin/peers" "aggregate --reports 1000000" "hillstrom-exact" "hillstrom-choice" "msnbc" "msnbc-next" "msnbc-leave" "shop" "browser"; do
  printf '%s\n' "-- dunlin bench $b" >&2
  # shellcheck disable=SC2086 # the words of a benchmark are words
  bin/dunlin bench $b --json
done
make --no-print-directory size

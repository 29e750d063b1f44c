#!/usr/bin/env bash
# make check: format, vet, staticcheck, who may import what, the module's imports,
# TypeScript, sizes, races, a clean tree. All of it runs, whatever failed before.
set -euo pipefail
cd "$(dirname "$0")/.."
root=github.com/dunlin-analytics/dunlin
module=wasm/module/built/dunlin.wasm
failed=0
say() { printf '%s\n' "$*"; }
fail() { say "check: $*"; failed=1; }

from=$SECONDS
lap() { say "   ($((SECONDS - from)) s)"; from=$SECONDS; }

say "-- format"
unformatted=$(gofmt -l $(git ls-files '*.go'))
[[ -z $unformatted ]] || fail "run gofmt -w on: $unformatted"
lap

say "-- go.mod is tidy"
go mod tidy -diff || fail "run go mod tidy"
lap

say "-- vet and staticcheck"
go vet ./... || fail "go vet"
GOOS=wasip1 GOARCH=wasm go vet ./wasm || fail "go vet of the module"
go tool staticcheck ./... || fail "staticcheck"
lap

say "-- TypeScript: types, lint, format"
scripts/npm.sh run --silent check || fail "npm run check in web"
# What is installed is known by its digest; where from is for who installs to say.
if grep -q '"resolved"' web/package-lock.json; then fail "web/package-lock.json names download addresses: remove its keys \"resolved\""; fi
lap

# deps PACKAGES [ENV...]: what they reach, one import path a line. A go list that
# fails must fail the check, not make it pass on an empty list.
deps() {
  local packages
  read -ra packages <<<"${1//$'\n'/ }"
  shift
  env "$@" go list -deps "${packages[@]}"
}
# forbid WHO PACKAGES REGEXP [ENV...]; what the regexp ALLOWED matches passes.
forbid() {
  local who=$1 packages=$2 pattern=$3 list found
  shift 3
  list=$(deps "$packages" "$@") || { fail "go list -deps $packages failed"; return; }
  found=$(grep -E "$pattern" <<<"$list" | grep -vE "${ALLOWED:-^$}" || true)
  [[ -z $found ]] || fail "$who must not reach: $(tr '\n' ' ' <<<"$found")"
}
say "-- import rules"
servers='^(fmt|time|os|net|crypto|encoding/json|math/rand|math/big|log|html|text)(/|$)'
forbid "the module" ./wasm "$servers" GOOS=wasip1 GOARCH=wasm
forbid "edge" ./edge "$servers|^$root/(collector|aggregator|cmd|web|wasm)"
forbid "privacy" ./privacy/... "^$root/(edge|wasm|collector|aggregator|cmd|web)"
forbid "the collector" ./collector/... "filippo.io/age|^$root/(aggregator|edge|cmd|web|wasm|privacy/(vdaf|seal|noise|peer|share))(/|$)|circl/vdaf"
# optimise alone reaches into edge: priors are encoded by the code that decodes them.
optimise=$root/aggregator/insight/optimise
aggregators=$(go list ./aggregator/... | grep -vxF "$optimise") || fail "go list ./aggregator/... failed"
forbid "the aggregators" "$aggregators" "^($root/(collector|edge|wasm|web|cmd)(/|$)|$optimise$)"
ALLOWED="^$root/edge/(choose|profile|decay|approx)$" forbid "optimise" "$optimise" "^$root/(collector|edge|wasm|web|cmd)(/|$)"
shares="aggregator/(batch|leader|helper|pair|prepare)"
forbid "insight" ./aggregator/insight/... "^$root/(privacy/(vdaf|seal|share|peer)|$shares)(/|$)|filippo.io/age"
forbid "release records" ./aggregator/release "^$root/(privacy/(vdaf|seal|share)|$shares)(/|$)|filippo.io/age"
# The store of releases verifies signatures by peer's keys, and planfile asks share for
# a chunk's length: share splits measurements and opens nothing.
ALLOWED="^$root/privacy/share$" forbid "the console" ./web/console/... "^$root/(privacy/(vdaf|seal|share)|$shares|collector|edge|wasm|cmd)(/|$)|filippo.io/age"
lap

say "-- the module's imports"
go run ./wasm/link/dunlin-link check "$module" || fail "the module's gate"
lap

say "-- sizes, in bytes after brotli 11"
scripts/size.sh --gate || fail "something is larger than its budget"
lap

say "-- races"
if command -v gcc >/dev/null; then
  go test -race -count=1 -short ./collector/... ./aggregator/... ./privacy/peer/... ./web/... || fail "race detector"
else
  [[ -z ${CI:-} ]] || fail "gcc is missing: the race detector did not run"
fi
lap

say "-- clean tree"
if [[ -n ${CI:-} ]]; then
  dirty=$(git status --porcelain)
  [[ -z $dirty ]] || fail "building and checking left the tree dirty: $dirty"
fi
((failed == 0)) || exit 1
say "check: all good"

#!/usr/bin/env bash
# wasm/build.sh PACKAGE OUT [LINKED]: builds a module from PACKAGE and shrinks it
# into OUT; LINKED keeps it as Go's linker wrote it, for whoever compares. Checks
# nothing (dunlin-link check does). The same sources and the same Go give the same
# bytes, in any folder, for any user. Figures: wasm/link/RATIONALE.md.
set -euo pipefail
[[ $# == 2 || $# == 3 ]] || { echo "usage: wasm/build.sh PACKAGE OUT [LINKED]" >&2; exit 2; }
package=$1 out=$2 keep=${3:-}
ours=github.com/dunlin-analytics/dunlin
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# A setting of whoever builds must not reach the bytes. GOENV=off shuts out `go
# env -w` as well, so what only says where to fetch and keep things is carried
# over by hand (go.sum holds what is fetched to its digest).
for name in GOPROXY GOSUMDB GOPRIVATE GONOPROXY GONOSUMDB GOTOOLCHAIN GOMODCACHE GOCACHE; do
  value=$(go env "$name")
  export "$name=$value"
done
unset GOFLAGS GOEXPERIMENT GOWASM GOOS GOARCH GO111MODULE GOFIPS140
export GOENV=off GOWORK=off

flags=(
  -buildmode=c-shared    # a reactor: _initialize once, then calls; no main that ends
  -trimpath              # no path of this machine in the bytes
  -buildvcs=false        # nor the commit: a commit that changes no source changes no byte
  -pgo=off               # nor a profile that happens to lie in the folder
  # No symbols, no DWARF, no build ID; and a collector that finishes its cycle where
  # it began it: between two calls no goroutine runs that could finish it, and
  # memory would grow until the instance traps. A browser has no environment to
  # say so in, so the default is set at the link.
  -ldflags='-s -w -buildid= -X=runtime.godebugDefault=gcstoptheworld=1'
  # Inlining copies code: without it the runtime alone is 29 KB smaller on the wire.
  -gcflags=all=-l
  # It is given back where the module computes. A function is inlined only where
  # both its own package and its caller's allow it, so the small packages that
  # inner loops lean on are named beside ours (without math/bits the field
  # arithmetic of Shard is three times slower). The last matching pattern wins.
  -gcflags="$ours/..."=
  -gcflags=errors=
  -gcflags=math=
  -gcflags=math/bits=
  -gcflags=encoding/binary=
  -gcflags=slices=
  -gcflags=internal/byteorder=
)

mkdir -p "$(dirname "$out")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
GOOS=wasip1 GOARCH=wasm go build "${flags[@]}" -o "$work/linked.wasm" "$package"
# Merged last: the flags above raise the number of data segments that merging joins.
go -C "$root" build -o "$work/dunlin-link" "$ours/wasm/link/dunlin-link"
"$work/dunlin-link" merge --drop-lines "$work/linked.wasm" "$out"
if [[ -n $keep ]]; then cp "$work/linked.wasm" "$keep"; fi

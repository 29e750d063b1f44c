# Two commands matter to a newcomer: `make run` and `make test`.
# Everything below works on a bare machine with Go, make and bash.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

MODULE     := wasm/module/built/dunlin.wasm
MAX_MODULE := 460800 # bytes of brotli-11: 450 KB, DESIGN.md "The module"
GO_SOURCES := $(shell find . -name '*.go' -not -path './bin/*') go.mod go.sum

.PHONY: build module run demo-data test check size bench bench-quick race format clean

build: bin/dunlin ## bin/dunlin with the module inside

bin/dunlin: $(MODULE) $(GO_SOURCES)
	go build -trimpath -o bin/dunlin ./cmd/dunlin

module: $(MODULE) ## the bytes that visitors load

$(MODULE): $(GO_SOURCES) wasm/build.sh
	wasm/build.sh ./wasm $(MODULE)

run: build ## 14 days of an invented shop: devices choose, learn, report; a minute or two
	bin/dunlin demo

demo-data: build ## the 90 days that the demo begins with, measured anew: after any change of what devices do
	bin/dunlin demo data --out cmd/demo/data --commit $$(git rev-parse HEAD)

test: $(MODULE) ## every test; real data where DUNLIN_DATA names it
	go test -count=1 ./...

check: $(MODULE) ## what CI holds every change to
	scripts/check.sh $(MAX_MODULE)

race: $(MODULE) ## the concurrent rooms under the race detector (needs gcc)
	go test -race -count=1 -short ./collector/... ./aggregator/... ./privacy/peer/... ./cmd/...

size: $(MODULE) ## bytes on the wire, brotli 11
	@go run ./wasm/link/dunlin-link size module_br=$(MODULE)

bench: build ## every figure of DESIGN.md "Numbers to hold" that exists so far
	scripts/bench.sh

clean:
	rm -rf bin $(MODULE)

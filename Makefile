# Two commands matter to a newcomer: `make run` and `make test`.
# Everything below works on a bare machine with Go, Node with npm, make and bash.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:

GO_SOURCES := $(shell find . -name '*.go' -not -path './bin/*' -not -path './web/node_modules/*') go.mod go.sum
EMBEDDED   := $(wildcard plans/*.yaml cmd/*/data/* privacy/plan/planfile/zoneinfo.zip)

MODULE         := wasm/module/built/dunlin.wasm
MODULE_SOURCES := $(shell find edge privacy wasm -name '*.go' -not -name '*_test.go') go.mod go.sum wasm/build.sh

# One file of each part stands for all of it.
PACKAGES     := web/node_modules/.package-lock.json
SDK          := web/built/sdk/manifest.json
DASHBOARD    := web/built/dashboard/index.html
SHOP         := web/built/shop/index.html
WEB          := $(SDK) $(DASHBOARD) $(SHOP)
WEB_SETTINGS := $(wildcard web/*.json web/*.ts) scripts/npm.sh
sources       = $(shell find $(1) -type f -not -path '*/test/*')

.PHONY: build module web run demo-data test check simulation soak size bench race clean

build: bin/dunlin ## bin/dunlin with the module and what browsers load inside

bin/dunlin: $(MODULE) $(MODULE).br $(WEB) $(GO_SOURCES) $(EMBEDDED)
	go build -trimpath -o bin/dunlin ./cmd/dunlin

module: $(MODULE) $(MODULE).br ## the bytes that visitors' devices run

$(MODULE): $(MODULE_SOURCES)
	wasm/build.sh ./wasm $(MODULE)

$(MODULE).br: $(MODULE)
	go run ./wasm/link/dunlin-link compress $(MODULE)

web: $(WEB) ## the script, the dashboard and the demo shop

$(PACKAGES): web/package-lock.json
	scripts/npm.sh ci

$(SDK): $(call sources,web/sdk) $(WEB_SETTINGS) $(PACKAGES) $(MODULE)
	scripts/npm.sh run build:sdk

$(DASHBOARD): $(call sources,web/dashboard) $(WEB_SETTINGS) $(PACKAGES)
	scripts/npm.sh run build:dashboard

$(SHOP): $(call sources,web/demo web/sdk/src) $(WEB_SETTINGS) $(PACKAGES)
	scripts/npm.sh run build:shop

run: build ## shop and dashboard over 90 released days; your own browser joins in
	bin/dunlin demo

demo-data: build ## lives those 90 days anew, a quarter of an hour: after a change of what devices do
	bin/dunlin demo data --out cmd/demo/data --commit "$$(git rev-parse HEAD)"

test: module web ## every test, in Go, Node and real browsers; real data where DUNLIN_DATA names it
	scripts/browsers.sh
	scripts/npm.sh test
	go test -count=1 -timeout 20m ./...

check: module web ## what CI holds every change to
	scripts/check.sh

race: module web ## the concurrent rooms under the race detector (needs gcc)
	go test -race -count=1 -short ./collector/... ./aggregator/... ./privacy/peer/... ./web/... ./cmd/...

simulation: ## schedules SIM_SEED (1) to SIM_SEED+SIM_SCHEDULES-1 (2000); one alone prints its log
	go test -count=1 -v -timeout 0 -run '^TestSchedules$$' ./cmd/simulation

soak: ## the long forms: 200 kills under load, full disks, 10,000 idle connections, a release on three hosts (up to two hours)
	SOAK=1 go test -count=1 -v -timeout 110m ./cmd/soak ./deploy

size: module web ## bytes on the wire, brotli 11
	@scripts/size.sh

# Apart from Dunlin's own module: it needs SQLite and a C compiler.
bin/peers: $(wildcard cmd/bench/peers/*)
	cd cmd/bench/peers && go build -o ../../../bin/peers .

bench: build bin/peers ## every figure of DESIGN.md "Numbers to hold" that exists so far
	scripts/bench.sh

clean:
	rm -rf bin $(MODULE) $(MODULE).br web/built/sdk web/built/dashboard web/built/shop

# make run       everything built, both servers on a demo city, the wall's address
# make test      what the tests need, then all of them
# make help      the rest
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

CITY ?= lakeside
STORE ?= run/$(CITY).db
FUZZTIME ?= 20s

# Real data for tests, where it lies beside the checkout.
ONEGRID_TESTDATA ?= $(abspath $(wildcard ../shared/data))
export ONEGRID_TESTDATA

WEB := $(shell find web/src web/public styles -type f 2>/dev/null) $(wildcard web/*.html web/*.ts web/*.json)
GO := $(shell find cmd geo data styles web -name '*.go' -not -name '*_test.go' -not -path '*/node_modules/*' 2>/dev/null)

.PHONY: help run build web test test-go test-web test-browser long bench bench-clean bless lint advisories fuzz clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

run: build $(STORE) ## build all, start both servers on CITY and print the wall's address
	@.ci/serve $(STORE)

run/%.db: | bin/geoapi
	@mkdir -p run
	bin/geoapi load $* --store sqlite:$@

build: bin/geoapi bin/tiles

bin/geoapi: $(GO) go.mod
	go build -o $@ ./cmd/geoapi

bin/tiles: $(GO) go.mod web/dist/wall.html
	go build -o $@ ./cmd/tiles

web: web/dist/wall.html ## build the pages

web/dist/wall.html: web/node_modules/.package-lock.json $(WEB)
	cd web && npm run --silent build

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --silent --no-audit --no-fund
	@touch $@

test: test-go test-web test-browser ## install what the tests need and run all of them

# SQLite is C that a program put into Go: it shares nothing that is not locked, and
# to watch its every access for races took a third of the tests' time.
UNWATCHED = $(foreach p,sqlite/lib libc memory,'-gcflags=modernc.org/$p=-race=false -d=checkptr=0')

# What takes longest begins first, or at the end one processor would wait for it.
LONGEST = ./geo/coverage ./cmd/geoapi

test-go: web
	@.ci/install
	go test -race $(UNWATCHED) -timeout 15m $(LONGEST) ./...

test-web: web/node_modules/.package-lock.json
	cd web && npm test --silent

test-browser: build
	@.ci/install
	cd web && npm run --silent test:browser

long: build ## the long forms: soaks, ten million points, thousands of kills
	ONEGRID_LONG=1 go test -timeout 3h ./...

bench: build ## all figures, into BENCHMARKS.md
	go run .ci/bench.go

bench-clean: build ## cleaning of a jittered city against mapshaper, told by MAPSHAPER=its program
	go run .ci/clean.go -mapshaper "$(MAPSHAPER)"

bless: ## renew the goldens; read the diff afterwards
	ONEGRID_BLESS=1 go test ./...
	git diff --stat

# What gosec is not asked, and why: G115, whole numbers are converted all over the
# lattice, within bounds that are checked where data comes in; G104, what is left
# unhandled is closing what was read and writing to a caller who may have gone;
# G304, a command opens the files that its user names; G602 takes loops over arrays
# for faults.
GOSEC = go run github.com/securego/gosec/v2/cmd/gosec@v2.22.10 -quiet -exclude=G104,G115,G304,G602 -exclude-dir=.ci

lint: web ## gofmt, vet, staticcheck, gosec, tsc, biome, styles
	@unformatted=$$(gofmt -l cmd geo data styles web/*.go .ci); if [ -n "$$unformatted" ]; then echo "gofmt: $$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...
	$(GOSEC) ./...
	cd web && npm run --silent lint && npm run --silent validate:styles

advisories: web/node_modules/.package-lock.json ## known faults of what we build on; needs the internet
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...
	cd web && npm audit

fuzz: ## every fuzz target for FUZZTIME
	@for package in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
	  done; \
	done

clean: ## remove what was built, cities included
	rm -rf bin run web/dist/assets web/dist/*.html web/shots

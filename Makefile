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

.PHONY: help run build web test test-go test-web test-browser long bench bench-clean bless lint fuzz clean

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

test-go: web
	@.ci/install
	go test -race ./...

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

lint: web ## gofmt, vet, staticcheck, tsc, biome, styles
	@unformatted=$$(gofmt -l cmd geo data styles web/*.go .ci); if [ -n "$$unformatted" ]; then echo "gofmt: $$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...
	cd web && npm run --silent lint && npm run --silent validate:styles

fuzz: ## every fuzz target for FUZZTIME
	@for package in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
	  done; \
	done

clean: ## remove what was built, cities included
	rm -rf bin run web/dist/assets web/dist/*.html web/shots

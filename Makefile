# Development tasks; `make` alone lists them. Tools are built from the modules
# under tools/ into .bin, each when a target first needs it or its pins change.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# -buildvcs=false: the version is set here, and stamping fails where git distrusts the folder's owner.
BUILD_FLAGS := -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)'
PACKAGES := ./... ./proto/...
CONTRACTS := api partner
# What Node runs: the pages, the end-to-end suite's OAuth clients and its browser.
PAGES := gateway/web/validator gateway/web/widgets
NODE_MODULES := $(addsuffix /node_modules,$(PAGES) services/e2e/clients services/e2e/openapi services/e2e/browser)
BINARY := $(CURDIR)/bin/ventanilla
# After the other tests, so that none competes with the suite's deadlines; never from the
# cache, which does not see that the binary changed.
# The time is for slow machines.
E2E := VENTANILLA_BIN=$(BINARY) go test -race -count=1 -timeout=40m ./services/e2e

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Build, then start every role with demonstration data and print calls to try.
	$(BINARY) up --demo

build: ## Build bin/ventanilla.
	@.ci/need go
	CGO_ENABLED=0 go build $(BUILD_FLAGS) -o $(BINARY) ./services/cmd/ventanilla

# Without vet, which lint runs, and without debugging information, which takes time to link. One package more than there are processors: many wait
# for PostgreSQL.
test: build test-needs ## Run every test of both modules with the race detector.
	for page in $(PAGES); do npm --prefix "$$page" test --silent; done
	go list $(PACKAGES) | grep -v '/services/e2e$$' | xargs go test -p $$(($$(nproc) + 1)) -race -vet=off -ldflags='-s -w' -timeout=30m
	$(E2E) -skip '^TestSkew$$'

bench: build ## Measure CPU, throughput and latency beside the baselines.
	if command -v npm >/dev/null; then $(MAKE) --no-print-directory services/e2e/bench/peer/node_modules/.package-lock.json; fi
	VENTANILLA_BIN=$(BINARY) go run ./services/e2e/bench

soak: build test-needs ## Run the end-to-end suite with its drills repeated for hours.
	VENTANILLA_E2E_SOAK=1 $(E2E) -v -timeout=0

drill: build test-needs ## Run only the drills: killed replicas, lost etcd, lost database, 1000 random histories.
	VENTANILLA_E2E_HISTORIES=1000 $(E2E) -v -run '^TestDrill'

# What skew takes for the previous release: any name that git knows.
SKEW_BASE ?= HEAD^
skew: build test-needs ## Run this version's roles beside those of SKEW_BASE, by default HEAD's parent.
	@base=$$(git rev-parse --verify --quiet '$(SKEW_BASE)^{commit}') || {
	    echo 'skew: no commit $(SKEW_BASE) here. In a shallow clone: git fetch --deepen=1; else name another: make skew SKEW_BASE=v1.0.0' >&2
	    exit 1
	}
	folder=$$(mktemp -d)
	trap 'rm -rf "$$folder"' EXIT
	git archive "$$base" | tar -x -C "$$folder"
	CGO_ENABLED=0 GOWORK=off go -C "$$folder" build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$$base" -o base ./services/cmd/ventanilla
	VENTANILLA_SKEW_BIN="$$folder/base" $(E2E) -v -run '^TestSkew$$'

lint: lint-proto lint-go ## Run every linter and format check.

lint-deploy: build .bin/lint.stamp .bin/kubernetes-schemas/.stamp ## Check the image, the Helm chart and what it renders.
	deploy/docker/check
	deploy/helm/check
	cd tools/deploy
	GOWORK=off ../../.bin/golangci-lint run --allow-serial-runners --config ../../.golangci.yml ./...

generate: .bin/buf .bin/protogen.stamp proto/third_party/.stamp $(PAGES:=/node_modules/.package-lock.json) ## Regenerate what is made of the .proto files and the pages' sources.
	.bin/buf generate
	.bin/buf build proto/partner --as-file-descriptor-set -o - | go run ./gateway/dialect/colppy/indexdoc docs/colppy
	.bin/apidocs proto/partner/cmp/v1/openapi.yaml gateway/web/cmpdocs gateway/web/cmpdocs/dist
	for page in $(PAGES); do npm --prefix "$$page" run --silent build -- --logLevel warn; done

proto-baseline: .bin/buf proto/third_party/.stamp ## Accept the present contracts as what `make lint` compares with.
	for module in $(CONTRACTS); do .bin/buf build "proto/$$module" --exclude-source-info -o "proto/baseline/$$module.binpb"; done

tidy: ## Tidy both modules and format Go and proto files.
	GOWORK=off go mod tidy
	GOWORK=off go -C proto mod tidy
	$(MAKE) format

format: .bin/lint.stamp .bin/buf proto/third_party/.stamp ## Format Go and proto files.
	.bin/golangci-lint fmt
	for module in $(CONTRACTS); do .bin/buf format -w "proto/$$module"; done

ci: ## Run what CI runs.
	.ci/run

clean: ## Remove all that these targets build.
	rm -rf .bin bin proto/third_party $(NODE_MODULES) services/e2e/bench/peer/node_modules

.PHONY: help run build test bench soak drill skew lint lint-deploy generate proto-baseline tidy format ci clean

# What lint and test are made of.

lint-proto: .bin/buf proto/third_party/.stamp
	.bin/buf lint
	for module in $(CONTRACTS); do
	    .bin/buf format -d --exit-code "proto/$$module"
	    .bin/buf breaking "proto/$$module" --against "proto/baseline/$$module.binpb" --exclude-imports
	done

lint-go: .bin/lint.stamp
	.bin/golangci-lint run --allow-serial-runners ./...
	cd tools/protogen
	GOWORK=off ../../.bin/golangci-lint run --allow-serial-runners --config ../../.golangci.yml ./...

test-needs: node-modules
	@.ci/need initdb redis-server kannel opensmtpd curl chromium php

# Of its own, so that it is installed once where several wait for it.
node:
	@.ci/need node

node-modules: $(addsuffix /.package-lock.json,$(NODE_MODULES))

%/node_modules/.package-lock.json: %/package-lock.json | node
	cd $*
	npm ci --no-audit --no-fund
	touch node_modules/.package-lock.json

tools: .bin/buf .bin/protogen.stamp .bin/lint.stamp

.PHONY: lint-proto lint-go test-needs node node-modules tools

# Tools. Each module under tools/ pins its own dependencies, outside go.work.

BUILD_TOOLS = GOWORK=off go -C $(<D) build -buildvcs=false -o ../../.bin/ tool

.bin/buf: tools/buf/go.mod tools/buf/go.sum
	$(BUILD_TOOLS)
	touch $@

.bin/protogen.stamp: tools/protogen/go.mod tools/protogen/go.sum $(wildcard tools/protogen/*/*.go)
	$(BUILD_TOOLS)
	touch $@

.bin/lint.stamp: tools/lint/go.mod tools/lint/go.sum
	$(BUILD_TOOLS)
	touch $@

.bin/deploy.stamp: tools/deploy/go.mod tools/deploy/go.sum $(wildcard tools/deploy/*/*.go)
	$(BUILD_TOOLS)
	touch $@

# The schemas are those of the Kubernetes that the chart asks for at least.
.bin/kubernetes-schemas/.stamp: .bin/deploy.stamp
	openapi=$$(GOWORK=off go -C tools/deploy list -m -f '{{.Dir}}' k8s.io/kube-openapi)/pkg/schemaconv/testdata/swagger.json
	.bin/kubeschemas "$$openapi" $(@D)
	touch $@

proto/third_party/.stamp: .bin/protogen.stamp
	.bin/exportprotos proto/third_party
	touch $@

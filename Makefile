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

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Build, then start every role with demonstration data and print calls to try.
	bin/ventanilla up --demo

build: ## Build bin/ventanilla.
	go build $(BUILD_FLAGS) -o bin/ventanilla ./services/cmd/ventanilla

test: test-needs ## Run every test of both modules with the race detector.
	go test -race $(PACKAGES)

bench: ## Measure CPU, throughput and latency beside the baselines.
	go run ./services/e2e/bench

soak: test-needs ## Run the end-to-end suite with its long settings (hours).
	VENTANILLA_E2E_SOAK=1 go test -race -count=1 -timeout=0 ./services/e2e/...

drill: test-needs ## Run only the failure drills: killed replicas, lost etcd, lost database.
	go test -race -count=1 -v -run '^TestDrill' ./services/e2e/...

lint: lint-proto lint-go ## Run every linter and format check.

generate: .bin/buf .bin/protogen.stamp proto/third_party/.stamp ## Regenerate proto/gen from the .proto files.
	.bin/buf generate

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
	rm -rf .bin bin proto/third_party services/e2e/clients/node_modules

.PHONY: help run build test bench soak drill lint generate proto-baseline tidy format ci clean

# What lint and test are made of.

lint-proto: .bin/buf proto/third_party/.stamp
	.bin/buf lint
	for module in $(CONTRACTS); do
	    .bin/buf format -d --exit-code "proto/$$module"
	    .bin/buf breaking "proto/$$module" --against "proto/baseline/$$module.binpb" --exclude-imports
	done

lint-go: .bin/lint.stamp
	.bin/golangci-lint run ./...
	cd tools/protogen
	GOWORK=off ../../.bin/golangci-lint run --config ../../.golangci.yml ./...

test-needs: node-modules
	@.ci/need-postgres

CLIENTS := services/e2e/clients
node-modules: $(patsubst %/package-lock.json,%/node_modules/.package-lock.json,$(wildcard $(CLIENTS)/package-lock.json))

$(CLIENTS)/node_modules/.package-lock.json: $(CLIENTS)/package-lock.json
	@.ci/need-node
	cd $(CLIENTS) && npm ci --no-audit --no-fund
	touch $@

tools: .bin/buf .bin/protogen.stamp .bin/lint.stamp

.PHONY: lint-proto lint-go test-needs node-modules tools

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

proto/third_party/.stamp: .bin/protogen.stamp
	.bin/exportprotos proto/third_party
	touch $@

# Everything to remember: make run, make test. The rest is for people who work on the program.

SHELL := /bin/bash
ifeq ($(CI),true)
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/countinghouse/target
else
export CARGO_TARGET_DIR ?= $(CURDIR)/target
endif
STAGE = .ci/stage

.PHONY: run test check bench soak gen window install ui

# Shows the sample company (or DB=file|url). Without a display: a picture and the same numbers as text.
run: install ui
	@$(STAGE) build cargo build --workspace --bins
	@.ci/first-screen $(DB)

# The gate: format, lints, types, bindings, docs, then the tests, the real window's among them.
test: check
	@$(STAGE) rust-tests cargo nextest run --workspace --profile gate
	@$(STAGE) doc-tests cargo test --quiet --workspace --doc
	@$(STAGE) ui-tests npm --prefix ui run test
	@.ci/stage --summary

check: install ui
	@$(STAGE) --begin
	@$(STAGE) format cargo fmt --all --check
	@$(STAGE) ui-check npm --prefix ui run check
	@$(STAGE) clippy cargo clippy --workspace --all-targets -- -D warnings
	@$(STAGE) docs env RUSTDOCFLAGS='-D warnings' cargo doc --quiet --workspace --no-deps
	@$(STAGE) build cargo build --workspace --all-targets
	@$(STAGE) bindings cargo nextest run --workspace -E 'package(countinghouse) & test(bindings)'

# Figures against the limits of the same run. SIZE=S (1M events), M (10M) or L (100M).
bench: install ui
	@cargo build --release --workspace --bins --example empty-window
	@.ci/bench $(or $(SIZE),S)

# The long versions of the tests of the promises.
soak: install
	@COUNTINGHOUSE_SOAK=1 cargo nextest run --workspace --profile soak -E 'not package(countinghouse) and not binary(e2e)'

# Writes what is generated: TypeScript from the wire types.
gen: install
	@COUNTINGHOUSE_WRITE_BINDINGS=1 cargo nextest run --workspace -E 'package(countinghouse) & test(bindings)'

# The real window by WebDriver, alone; pictures in out/pictures.
window: ui
	@cargo build --workspace --bins
	@cargo nextest run --workspace -E 'binary(e2e)'

install:
	@.ci/install

ui: install
	@$(STAGE) ui-build npm --prefix ui run build

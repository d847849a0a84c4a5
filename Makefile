# Every target is one line that calls `cargo xtask`; `make help` says what they do.
.PHONY: help run listeners build test test-fast browser databases bench bench-quick fuzz gen check tools

help: tools; @cargo xtask help
run: tools; @cargo xtask run
listeners: tools; @cargo xtask listeners
build: tools; @cargo xtask build
test: tools; @cargo xtask test
test-fast: tools; @cargo xtask test-fast
browser: tools; @cargo xtask browser
databases: tools; @cargo xtask databases
bench: tools; @cargo xtask bench
bench-quick: tools; @cargo xtask bench-quick
fuzz: tools; @cargo xtask fuzz
gen: tools; @cargo xtask gen
check: tools; @cargo xtask tidy

# Says which tool is missing or too old, and the one command that brings it.
tools: ; @sh crates/xtask/tools.sh

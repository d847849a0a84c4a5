#!/bin/sh
# Says which of the tools that everything else needs is missing or too old, and the one command that brings it.
# This is shell because it has to work where there is no Rust yet; all other logic is in `cargo xtask`.
set -eu
cd "$(dirname "$0")/../.."

rust_needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
node_needed=$(sed -n 's/.*"node": *">= *\([0-9.]*\).*/\1/p' web/package.json 2>/dev/null || true)
node_needed=${node_needed:-20.19}
missing=0

is_older() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" != "$2" ]; }

say() {
    missing=1
    printf '\n%s\n  Bring it with this one command, then run make again:\n\n    %s\n' "$1" "$2" >&2
}

root=""
[ "$(id -u)" = 0 ] || root="sudo "
rustup_line="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . \"\$HOME/.cargo/env\""
node_line="curl -fsSL https://deb.nodesource.com/setup_24.x | ${root:+sudo -E }bash - && ${root}apt-get install -y nodejs"

if command -v cargo >/dev/null; then
    rust=$(cargo --version 2>/dev/null | cut -d ' ' -f 2)
    if is_older "${rust:-0}" "$rust_needed"; then
        if command -v rustup >/dev/null; then
            say "Rust ${rust:-(unknown version)} is too old: HaaS needs $rust_needed or newer." "rustup update stable"
        else
            say "Rust ${rust:-(unknown version)} is too old: HaaS needs $rust_needed or newer." "$rustup_line"
        fi
    fi
elif [ -x "${HOME:-/nonexistent}/.cargo/bin/cargo" ]; then
    say "Rust is installed, but this shell does not find it." ". \"\$HOME/.cargo/env\""
else
    say "Rust is missing: HaaS needs $rust_needed or newer." "$rustup_line"
fi

if command -v node >/dev/null && command -v npm >/dev/null; then
    node=$(node --version 2>/dev/null | tr -d v)
    if is_older "${node:-0}" "$node_needed"; then
        say "Node ${node:-(unknown version)} is too old: HaaS needs $node_needed or newer." "$node_line"
    fi
else
    say "Node or npm is missing: HaaS needs Node $node_needed or newer." "$node_line"
fi

if ! command -v cc >/dev/null; then
    echo "Installing a C compiler, which Rust links with (build-essential) …"
    ${root}sh -c 'apt-get update -qq && apt-get install -y -qq build-essential' >/dev/null ||
        say "A C compiler is missing: Rust links with it." "${root}apt-get install -y build-essential"
fi

if [ "$missing" = 0 ] && [ ! -x "${CARGO_TARGET_DIR:-target}/debug/xtask" ]; then
    echo "Preparing (the first time takes some seconds) …"
fi
exit "$missing"

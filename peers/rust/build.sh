#!/bin/sh
# Builds the peers in Rust, optimized, in a folder of their own.
set -eu
command -v cargo >/dev/null || { echo "not installed: cargo" >&2; exit 127; }
cd "$(dirname "$0")"
cargo build --quiet --release --locked --target-dir ../target

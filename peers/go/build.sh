#!/bin/sh
# Builds the peers in Go.
set -eu
command -v go >/dev/null || { echo "not installed: go" >&2; exit 127; }
cd "$(dirname "$0")"
mkdir -p ../target
go build -o ../target/goroutines ./goroutines
go build -o ../target/go_pool ./pool

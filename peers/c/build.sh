#!/bin/sh
# Compiles the peer in C, with the compiler that the system has.
set -eu
compiler=$(command -v cc || command -v gcc || command -v clang) ||
    { echo "not installed: a C compiler" >&2; exit 127; }
cd "$(dirname "$0")"
mkdir -p ../target
"$compiler" -std=c11 -O2 -Wall -Wextra -pthread -o ../target/pthreads pthreads.c -lm

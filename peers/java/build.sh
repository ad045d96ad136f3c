#!/bin/sh
# Compiles a peer: build.sh NAME VERSION, where VERSION is the oldest Java that will do.
set -eu
command -v javac >/dev/null || { echo "not installed: javac" >&2; exit 127; }
found=$(javac -version 2>&1 | sed 's/javac \([0-9]*\).*/\1/')
[ "$found" -ge "$2" ] || { echo "not installed: Java $2 (this is Java $found)" >&2; exit 127; }
cd "$(dirname "$0")"
javac -d ../target/java Life.java "$1.java"

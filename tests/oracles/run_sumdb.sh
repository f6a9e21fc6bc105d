#!/bin/sh
# Go's packages of its checksum database check our log, and we check a log of theirs. Exit code 77 if
# they are not installed.
# usage: run_sumdb.sh GLASS FOLDER
set -eu
glass=$1
folder=$2
source=$(dirname "$0")/sumdb/main.go
packages=/usr/share/gocode
command -v go >/dev/null && [ -d $packages/src/golang.org/x/mod/sumdb ] || {
  echo "skipped: golang-go and golang-golang-x-mod-dev are not installed"
  exit 77
}
rm -rf "$folder"
mkdir -p "$folder/go"
sumdb=$folder/sumdb
GO111MODULE=off GOPATH=$packages GOCACHE=$folder/cache GOFLAGS=-trimpath go build -o "$sumdb" "$source"

cd "$folder"
"$glass" log init log --origin example.org/log >/dev/null
key=$("$glass" log show log --json | sed 's/.*"key":"\([^"]*\)".*/\1/')
# Sizes around those at which tiles become whole; the Go client sees each of them.
grown=0
for size in 1 2 255 256 257 512 1000; do
  seq $((grown + 1)) $size >lines
  "$glass" log append log lines --lines >/dev/null
  "$sumdb" check log/public "$key"
  grown=$size
done
for index in 0 1 254 255 256 511 999; do
  printf '%s' $((index + 1)) >entry
  "$glass" log prove log $index --out proof
  "$sumdb" proof proof entry "$key"
done
if "$sumdb" proof proof lines "$key" 2>/dev/null; then
  echo "Go accepts a proof of another entry" && exit 1
fi

"$sumdb" make go
for proof in go/*.proof; do
  "$glass" log verify "$proof" "${proof%.proof}.entry" --key "$(cat go/vkey)"
done
if "$glass" log verify go/0.proof go/1.entry --key "$(cat go/vkey)" 2>/dev/null; then
  echo "we accept a proof of another entry" && exit 1
fi

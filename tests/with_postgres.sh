#!/bin/sh
# Runs a command beside a PostgreSQL of its own: in a new folder, on a Unix socket, gone afterwards.
# The command finds its connection in GLASS_TEST_POSTGRES. 77 (skipped) where there is no server to start.
#
# usage: with_postgres.sh COMMAND...
set -eu
binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "$binaries" ] || ! [ -x "$binaries/initdb" ]; then
  echo "skipped: no PostgreSQL server is installed (scripts/setup checks)"
  exit 77
fi
folder=$(mktemp -d)
# The server refuses to run as root.
as_owner=
if [ "$(id -u)" -eq 0 ]; then
  chown nobody "$folder"
  as_owner="runuser -u nobody --"
fi
stop() {
  $as_owner "$binaries/pg_ctl" -D "$folder/data" -m fast -w stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 143' TERM INT
$as_owner "$binaries/initdb" -D "$folder/data" -U glass -A trust >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
$as_owner "$binaries/pg_ctl" -D "$folder/data" -w -o "-k $folder -c listen_addresses=''" -l "$folder/data/log" start >/dev/null ||
  { cat "$folder/data/log"; exit 1; }
GLASS_TEST_POSTGRES="host=$folder user=glass dbname=postgres"
export GLASS_TEST_POSTGRES
"$@"

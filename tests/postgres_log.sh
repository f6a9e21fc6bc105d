#!/bin/sh
# A log whose head PostgreSQL keeps: two copies of its folder, as on two machines that share the
# files' state at the start, both append; the second is refused and nothing forks.
#
# usage: postgres_log.sh GLASS      with GLASS_TEST_POSTGRES, see with_postgres.sh
set -eu
glass=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export GLASS_KEY="$folder/key.json"

"$glass" log init one --origin example.org/log --database "$GLASS_TEST_POSTGRES" >/dev/null
"$glass" log init other --origin example.org/other --database "$GLASS_TEST_POSTGRES" >/dev/null
if "$glass" log init again --origin example.org/log --database "$GLASS_TEST_POSTGRES" >/dev/null 2>&1; then
  echo "two logs of one origin" >&2
  exit 1
fi
echo first >a && echo second >b && echo third >c
"$glass" log append one a >/dev/null
cp -r one two
"$glass" log append one b >/dev/null
if "$glass" log append two c >out 2>&1; then
  echo "a copy that is behind was let to append" >&2
  exit 1
fi
grep -q "two.public is behind: the head of the log stands at 2 entries" out || { cat out >&2; exit 1; }
"$glass" log append one c >/dev/null
"$glass" log fsck one
"$glass" log fsck other
[ "$("$glass" log show one --json | sed 's/.*"size":\([0-9]*\).*/\1/')" = 3 ]

#!/bin/sh
# What glass-verify is made of: no engine, no data, no service, no server; no library but those of
# digests, signatures, text and the fetching of URLs; less than 3 MB without debugging symbols. It
# opens no socket itself: who does is libcurl, and a folder or a file is checked where there is none.
#
# usage: verifier_alone.sh PROGRAM NM OBJDUMP STRIP
set -eu
program=$1 nm=$2 objdump=$3 strip=$4
failed=0

complain() {
  echo "verifier_alone: $1" >&2
  failed=1
}

foreign=$("$nm" -C --defined-only "$program" | grep -E ' glass::(engine|data|service|cli)::' | head -3 || true)
[ -z "$foreign" ] || complain "it holds what it should not need: $foreign"
server=$("$nm" -C "$program" | grep -E 'HttpServer|boost::(asio|beast)' | head -3 || true)
[ -z "$server" ] || complain "it holds a server: $server"
sockets=$("$nm" -D --undefined-only "$program" | awk '{ print $NF }' | sed 's/@.*//' |
  grep -xE 'socket|socketpair|connect|bind|listen|accept|accept4|send|sendto|sendmsg|getaddrinfo' || true)
[ -z "$sockets" ] || complain "it opens sockets itself: $(echo $sockets)"

libraries=$("$objdump" -p "$program" | awk '$1 == "NEEDED" { print $2 }')
for library in $libraries; do
  case $library in
    libcrypto.so.* | libsodium.so.* | libcurl.so.* | libfmt.so.* | libstdc++.so.* | libgcc_s.so.* | libm.so.* | libc.so.* | ld-linux*) ;;
    *) complain "it needs $library" ;;
  esac
done

small=$(mktemp)
trap 'rm -f "$small"' EXIT
"$strip" -o "$small" "$program"
bytes=$(wc -c <"$small")
[ "$bytes" -lt 3000000 ] || complain "it has $bytes bytes, not less than 3,000,000"
echo "glass-verify: $bytes bytes, needs $(echo $libraries)"
exit $failed

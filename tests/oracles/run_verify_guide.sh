#!/bin/bash
# Runs the commands of a VERIFY.md in the folder it is about, as it is and after changes that they have to find.
# usage: run_verify_guide.sh EXPORT WORK_FOLDER
# Exit codes: 0 they accept and refuse as they should, 1 they do not, 77 skipped.
export_verifiable=$1 work=$2
for program in openssl perl sha256sum; do
  command -v $program >/dev/null || { echo "skipped: $program is not installed"; exit 77; }
done
packages=/usr/share/gocode
mkdir -p "$work"
# The blocks marked sh; the last asks for Go.
script() {
  awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$work/release/VERIFY.md" |
    if command -v go >/dev/null && [ -d $packages/src/golang.org/x/mod/sumdb ]; then cat; else sed '/^type=/,$d'; fi
}
# run WHAT: does the guide accept the folder?
run() {
  (cd "$work/release" && script >"$work/script" && TMPDIR=$work bash "$work/script") >"$work/output" 2>&1
}
fresh() {
  rm -rf "$work/release" && "$export_verifiable" "$work/release"
}
faults=0
refuses() {
  if run; then
    echo "accepted although $1"
    faults=$((faults + 1))
  fi
}
fresh || exit 1
if ! run; then
  cat "$work/output"
  echo "refused although nothing was changed" && exit 1
fi
cat "$work/output"
grep -q "Verified OK" "$work/output" || { echo "openssl verified nothing"; faults=1; }
[ "$(grep -c "Signature Verified Successfully" "$work/output")" = 2 ] || { echo "not two statements"; faults=1; }
[ -d $packages/src/golang.org/x/mod/sumdb ] && command -v go >/dev/null &&
  ! grep -q "the release is entry 1 of log.example/glassworks" "$work/output" && { echo "no proof by Go"; faults=1; }

sums() { # what only somebody who cannot sign would do: the list is put in order again
  (cd "$work/release" && find . -type f ! -path ./SHA256SUMS ! -path ./model.sig | sed 's|^\./||' | LC_ALL=C sort |
    xargs sha256sum >SHA256SUMS)
}
fresh; printf x >>"$work/release/model.safetensors"; refuses "weights were changed"
fresh; printf x >>"$work/release/model.safetensors"; sums; refuses "weights and the list of digests were changed"
fresh; printf x >"$work/release/more.txt"; refuses "a file was added"
fresh; printf x >"$work/release/more.txt"; sums; refuses "a file was added and listed"
fresh; ln -s config.json "$work/release/more"; refuses "a link was added"
fresh; ln -s .. "$work/release/more"; refuses "a link to a folder was added"
fresh; mkfifo "$work/release/more"; refuses "a pipe was added"
fresh; mv "$work/release/config.json" "$work/config.json"; ln -s "$work/config.json" "$work/release/config.json"
refuses "a file became a link"
fresh; rm "$work/release/config.json"; refuses "a file was removed"
fresh; rm "$work/release/config.json"; sums; refuses "a file was removed and its line with it"
fresh; openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl ec -pubout >"$work/release/model.pub" 2>/dev/null
sums; refuses "the key is another"
fresh; sed -i 's/"sig":"MEU/"sig":"MEQ/; s/"sig":"MEY/"sig":"MEU/' "$work/release/model.sig"; refuses "the signature was changed"
echo "$faults faults"
[ "$faults" = 0 ]

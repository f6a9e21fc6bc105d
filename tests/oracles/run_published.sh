#!/bin/sh
# Others check a release as it is published: sigstore's own verifier the signature of all files, Node's
# cryptography the statements. usage: run_published.sh GLASS SOURCE_ROOT WORK_FOLDER
# Exit codes: 0 all hold and what was changed is refused, 1 something is not so, 77 skipped.
set -eu
glass=$1 root=$2 work=$3
for program in node npm; do
  command -v $program >/dev/null || { echo "skipped: $program is not installed"; exit 77; }
done
mkdir -p "$work" && cd "$work"
npm install --silent --no-audit --no-fund --no-save --prefix . @sigstore/bundle@4.0.0 @sigstore/verify@3.1.1 ||
  { echo "skipped: npm cannot install sigstore's verifier (no network?)"; exit 77; }
export GLASS_KEY="$work/key.json" GLASS_RELEASE_KEY="$work/release.pem"
rm -rf texts out release log && mkdir texts
for i in $(seq 20); do seq "$i" $((i + 40)) | sed "s/^/In year $i the river rose by /" >"texts/$i.txt"; done
cat >recipe.toml <<END
name = "small"
[corpus]
licences = ["CC0-1.0"]
[[corpus.source]]
kind = "folder"
paths = ["texts"]
licence = "CC0-1.0"
language = "en"
[tokenizer]
vocabulary = 300
[model]
layers = 1
d_model = 32
heads = 2
kv_heads = 1
d_ff = 48
[train]
steps = 4
sequence_length = 32
micro_batch_sequences = 2
[schedule]
warmup_steps = 1
decay_steps = 1
[checkpoint]
every_steps = 4
END
printf '[release]\nversion = "1"\ndate = "2026-11-26"\nlicence = "CC0-1.0"\n' >answers.toml
"$glass" train recipe.toml >/dev/null 2>&1
"$glass" log init log --origin example.org/log >/dev/null
"$glass" release out/small --to release --answers answers.toml --allow-missing --log log >/dev/null 2>&1
cp "$root/tests/oracles/published.mjs" . && exec node published.mjs release

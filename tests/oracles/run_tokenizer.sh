#!/bin/sh
# Compares our tokenizer with Hugging Face's two. usage: run_tokenizer.sh ORACLE SOURCE_ROOT WORK_FOLDER
# Exit codes: 0 equal, 1 different, 77 skipped.
oracle=$1 root=$2 work=$3
for program in node npm; do
  command -v $program >/dev/null || { echo "skipped: $program is not installed"; exit 77; }
done
mkdir -p "$work" && cd "$work" || exit 1
npm install --silent --no-audit --no-fund --no-save --prefix . @huggingface/tokenizers@0.2.0 tokenizers@0.23.2 ||
  { echo "skipped: npm cannot install the packages (no network?)"; exit 77; }
"$oracle" "$root" "$work" || exit 1
cp "$root/tests/oracles/tokenizer.mjs" . && exec node tokenizer.mjs

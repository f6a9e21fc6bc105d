#!/bin/sh
# Compares our tokenizers of SentencePiece's kind with SentencePiece itself and Hugging Face's two.
# usage: run_sentencepiece.sh ORACLE SOURCE_ROOT WORK_FOLDER
# Exit codes: 0 equal, 1 different, 77 skipped.
oracle=$1 root=$2 work=$3
for program in node npm spm_train spm_export_vocab spm_encode; do
  command -v $program >/dev/null || { echo "skipped: $program is not installed"; exit 77; }
done
mkdir -p "$work" && cd "$work" || exit 1
npm install --silent --no-audit --no-fund --no-save --prefix . @huggingface/tokenizers@0.2.0 tokenizers@0.23.2 ||
  { echo "skipped: npm cannot install the packages (no network?)"; exit 77; }
cp "$root/tests/oracles/sentencepiece.mjs" . || exit 1

# As Llama 2's and stories260K's were trained: text as it is, a space before it, bytes for rare characters.
find "$root/docs" "$root/glass" -name '*.md' -o -name '*_test.cpp' -o -name '*.h' | LC_ALL=C sort | xargs cat >corpus.txt
spm_train --input=corpus.txt --model_prefix=model --model_type=bpe --vocab_size=3000 --byte_fallback=true \
  --character_coverage=0.999 --normalization_rule_name=identity --remove_extra_whitespaces=false \
  --allow_whitespace_only_pieces=true --split_digits=true --num_threads=1 --max_sentence_length=100000 \
  >train.log 2>&1 || { cat train.log; exit 1; }
spm_export_vocab --model=model.model --output=vocabulary.txt || exit 1
node sentencepiece.mjs vocabulary vocabulary.txt vocabulary.bin || exit 1
"$oracle" "$root" vocabulary.bin . || exit 1
node sentencepiece.mjs lines || exit 1
spm_encode --model=model.model --output_format=id <lines.txt >ids.txt || exit 1
exec node sentencepiece.mjs compare

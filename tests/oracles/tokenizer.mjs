// Reads what tokenizer_oracle wrote and demands the same of two peers:
//   @huggingface/tokenizers (JavaScript) and tokenizers (native): equal ids for every text, with our tokenizer.json;
//   tokenizers: equal merges when it is trained on the same lines.
import fs from "fs";
import { createRequire } from "module";
import { Tokenizer as JavaScriptTokenizer } from "@huggingface/tokenizers";

const { Tokenizer: NativeTokenizer } = createRequire(import.meta.url)("tokenizers");
const file = fs.readFileSync("tokenizer.json", "utf8");
const parsed = JSON.parse(file);
const facts = JSON.parse(fs.readFileSync("facts.json"));
const cases = fs.readFileSync("cases.jsonl", "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
let different = 0;

function compare(peer, one, ids) {
  if (JSON.stringify(ids) === JSON.stringify(one.ids)) return;
  if (++different <= 10) {
    const at = one.ids.findIndex((id, i) => id !== ids[i]);
    console.log(`${peer}, ${one.kind}: ids differ from number ${at} on`);
    console.log(`  text   ${JSON.stringify(one.text.slice(0, 200))}`);
    console.log(`  ours   ${one.ids.slice(Math.max(0, at - 3), at + 8)}`);
    console.log(`  theirs ${ids.slice(Math.max(0, at - 3), at + 8)}`);
  }
}

// Characters younger than an engine's tables are symbols to it, so these texts need equal versions.
const sameUnicode = process.versions.unicode === facts.unicode;
if (!sameUnicode)
  console.log(`not compared with JavaScript: texts of kind "character" (Unicode ${facts.unicode} here, ` +
    `${process.versions.unicode} in Node.js)`);

const javascript = new JavaScriptTokenizer(parsed, {});
const native = NativeTokenizer.fromString(file);
const counts = {};
for (const one of cases) {
  counts[one.kind] = (counts[one.kind] ?? 0) + 1;
  if (one.kind !== "character" || sameUnicode)
    compare("JavaScript", one, javascript.encode(one.text, { add_special_tokens: false }).ids);
  if (one.kind !== "character")
    compare("native", one, (await native.encode(one.text, null, { addSpecialTokens: false })).getIds());
}
if (native.getVocabSize(true) !== facts.vocabulary_size) {
  console.log(`the native tokenizer has ${native.getVocabSize(true)} ids, ours ${facts.vocabulary_size}`);
  ++different;
}
console.log("texts:", JSON.stringify(counts));

const empty = { ...parsed, added_tokens: [], model: { ...parsed.model, vocab: {}, merges: [] } };
const trained = NativeTokenizer.fromString(JSON.stringify(empty));
trained.train(["lines.txt"]);
trained.save("trained.json", false);
const theirs = JSON.parse(fs.readFileSync("trained.json")).model.merges.map((merge) => merge.join(" "));
const ours = JSON.parse(fs.readFileSync("trained_here.json")).model.merges.map((merge) => merge.join(" "));
const common = Math.min(ours.length, theirs.length);
const first = ours.findIndex((merge, i) => i < common && merge !== theirs[i]);
if (first >= 0) {
  ++different;
  console.log(`merge ${first} differs: ours "${ours[first]}", theirs "${theirs[first]}"`);
}
if (common < 5000) {
  ++different;
  console.log(`only ${common} merges were compared: too few to mean something`);
}
console.log(`merges compared: ${common}`);
console.log(different ? `${different} differences` : "all equal");
process.exit(different ? 1 : 0);

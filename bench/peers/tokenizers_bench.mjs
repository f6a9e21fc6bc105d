// The peer's side of bench/tokenizer_bench.cpp: one question, one JSON object as the answer.
//
// usage: node tokenizers_bench.mjs ids|encode|train FOLDER
//   ids     a sum over all ids, to be compared before anything is timed
//   encode  processor seconds for the chunks, after a short warm-up
//   train   processor seconds for 30,000 pieces from text.txt
import fs from "fs";
import path from "path";
import { createRequire } from "module";

const { Tokenizer } = createRequire(import.meta.url)("tokenizers");
const [, , question, folder] = process.argv;
const read = (name) => fs.readFileSync(path.join(folder, name), "utf8");
const parsed = JSON.parse(read("tokenizer.json"));
parsed.added_tokens = []; // both sides read the names of special tokens as text
const plain = { addSpecialTokens: false };

function timed(usage) {
  const { user, system } = process.cpuUsage(usage);
  return (user + system) / 1e6;
}

if (question === "train") {
  const empty = { ...parsed, model: { ...parsed.model, vocab: {}, merges: [] } };
  const tokenizer = Tokenizer.fromString(JSON.stringify(empty));
  const start = process.cpuUsage();
  tokenizer.train([path.join(folder, "text.txt")]);
  console.log(JSON.stringify({ seconds: timed(start), vocabulary: tokenizer.getVocabSize(true) }));
} else {
  const tokenizer = Tokenizer.fromString(JSON.stringify(parsed));
  const chunks = JSON.parse(read("chunks.json"));
  if (question === "ids") {
    let sum = 0n;
    for (const chunk of chunks)
      for (const id of (await tokenizer.encode(chunk, null, plain)).getIds()) sum = (sum * 31n + BigInt(id)) % 4294967291n;
    console.log(JSON.stringify({ sum: Number(sum) }));
  } else {
    for (const chunk of chunks.slice(0, 20)) await tokenizer.encode(chunk, null, plain);
    let tokens = 0;
    const start = process.cpuUsage();
    for (const chunk of chunks) tokens += (await tokenizer.encode(chunk, null, plain)).getLength();
    console.log(JSON.stringify({ seconds: timed(start), tokens }));
  }
}

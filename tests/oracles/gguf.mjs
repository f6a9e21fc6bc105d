// Loads one GGUF file with llama.cpp (npm's node-llama-cpp) and Hugging Face's reader of GGUF, and demands of them what
// gguf_probe said. A file of its own process: llama.cpp ends the process that gives it a file it does not expect.
// usage: node gguf.mjs FILE PROBE.json TOLERANCE [TEXT]    TEXT: what `glass generate` wrote for the first prompt
import fs from "fs";
import path from "path";
import { gguf } from "@huggingface/gguf";
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const [, , file, probeFile, tolerance, text] = process.argv;
const probe = JSON.parse(fs.readFileSync(probeFile, "utf8"));
const wrong = [];
const expect = (what, ours, theirs) => {
  if (JSON.stringify(ours) !== JSON.stringify(theirs))
    wrong.push(`${what}: ours ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`);
};

const { metadata, tensorInfos } = await gguf(path.resolve(file), { allowLocalFile: true });
const rows = tensorInfos.find((tensor) => tensor.name === "token_embd.weight").shape[1];
expect("rows in Hugging Face's reader", probe.vocabulary, Number(rows));
expect("tokens in it", probe.vocabulary, metadata["tokenizer.ggml.tokens"].length);

const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.warn,
  logger: (level, message) => console.log(`  llama.cpp ${level}: ${message.trim()}`) });
const model = await llama.loadModel({ modelPath: path.resolve(file) });
expect("begin", probe.begin, model.tokens.bos);
expect("end", probe.end, model.tokens.eos);
expect("whether begin is put before a text", true, model.tokens.shouldPrependBosToken);
const context = await model.createContext({ contextSize: 128, batchSize: 128, threads: 1, flashAttention: false,
  experimentalKvCacheKeyType: "F32", experimentalKvCacheValueType: "F32" });
const sequence = context.getSequence();

let largest = 0, steps = 0, ties = 0;
for (const { prompt, ids, continuation, steps: ours } of probe.prompts) {
  expect(`tokens of ${JSON.stringify(prompt)}`, ids, [...model.tokenize(prompt, false)]);
  if (!continuation.length) continue;
  await sequence.clearHistory();
  const input = [probe.begin, ...ids, ...continuation.slice(0, -1)];
  const out = await sequence.controlledEvaluate(input.map((token, i) =>
    i < ids.length ? token : [token, { generateNext: { probabilities: true } }]));
  continuation.forEach((token, i) => {
    const { probabilities } = out[ids.length + i].next;
    const [best] = [...probabilities].reduce((a, b) => (b[1] > a[1] ? b : a));
    const top = ours[i];
    // Where two tokens are as likely as the tolerance cannot tell, either may come first.
    if (best !== token && top[0][1] - top[1][1] > 2 * tolerance) wrong.push(`step ${i} after ${JSON.stringify(prompt)}: ours ${token}, theirs ${best}`);
    ties += best !== token;
    for (const [id, log] of top) largest = Math.max(largest, Math.abs(Math.log(probabilities.get(id)) - log));
    ++steps;
  });
}
if (text) {
  const [{ prompt, continuation }] = probe.prompts;
  expect("the text", fs.readFileSync(text, "utf8").trimEnd(), (prompt + model.detokenize(continuation, false, [probe.begin])).trimEnd());
}
if (!(largest <= Number(tolerance))) wrong.push(`log probabilities differ by ${largest}, allowed are ${tolerance}`);
console.log(`${path.basename(file)}: ${probe.prompts.length} prompts, ${steps} steps (${ties} ties), ` +
  `log probabilities within ${largest.toExponential(1)}`);
for (const line of wrong.slice(0, 10)) console.log(`  ${line}`);
process.exit(wrong.length ? 1 : 0);

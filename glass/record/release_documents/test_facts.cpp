#include "glass/record/release_documents/test_facts.h"

#include <cstdint>
#include <string>

#include "glass/record/release_documents/release_facts.h"

namespace glass::record {
namespace {

std::string digits(char digit) {
  return std::string(64, digit);
}

std::string digest(char digit) {
  return "sha256:" + digits(digit);
}

ArchitectureFact architecture() {
  return {.family = "llama",
          .name = "LlamaForCausalLM",
          .parameters = 4'066'560,
          .active_parameters = 4'066'560,
          .layers = 4,
          .width = 256,
          .feed_forward = 704,
          .heads = 4,
          .key_value_heads = 2,
          .vocabulary = 4096,
          .context = 256,
          .experts = {},
          .experts_per_token = {},
          .tied_embeddings = true,
          .number_format = "float32"};
}

TrainingFact training() {
  return {.steps = 600,
          .tokens = 1'228'800,
          .flops = 3.1e13,
          .flops_method = "counted from the matrix products of the graph",
          .seconds = 236.77,
          .started = "2026-11-26T11:16:24Z",
          .finished = "2026-11-26T11:20:34Z",
          .processor = "AMD EPYC",
          .architecture = "x86_64",
          .operating_system = "Debian GNU/Linux 12 (bookworm)",
          .threads = 2,
          .memory_bytes = 25'276'063'744,
          .peak_memory_bytes = 376'307'712,
          .program = "glass 0.1.0",
          .compiler = "GNU 12.2.0",
          .kernels = "avx2",
          .numerics_class = "portable-1",
          .seed = 1,
          .objective = "next_token",
          .optimizer = "AdamW: learning rate 0.002, beta1 0.9, beta2 0.95, weight decay 0.1",
          .schedule = "warm-up over 40 steps, constant, decay over the last 150 steps to 0.1",
          .settings = {{"optimizer.learning_rate", "0.002"}, {"train.sequence_length", "256"}},
          .energy_kwh = {},
          .energy_method = "",
          .signed_by = {"ed25519:" + digits('a')}};
}

CorpusFact corpus() {
  CorpusFact corpus;
  corpus.name = "first-light-corpus";
  corpus.licence = "BSD-3-Clause AND CC-BY-SA-3.0";
  corpus.documents = 1824;
  corpus.bytes = 5'212'244;
  corpus.held_out_documents = 44;
  corpus.held_out_bytes = 164'791;
  corpus.tokens = 1'486'043;
  corpus.held_out_tokens = 50'567;
  corpus.languages = {
      {"code/python", 283, 3'339'605}, {"de", 348, 491'703}, {"en", 1193, 1'380'936}};
  corpus.licences = {{"BSD-3-Clause", 283, 3'339'605}, {"CC-BY-SA-3.0", 1541, 1'872'639}};
  corpus.dropped = {{"duplicate-lines", 2212, {}}, {"language", 9349, {}}};
  corpus.datasets = {{.name = "gnome-user-docs_43.0-2_all",
                      .source = "manuals",
                      .kind = "debian",
                      .version = "43.0-2",
                      .url = "http://deb.debian.org/debian/pool/main/g/gnome-user-docs/"
                             "gnome-user-docs_43.0-2_all.deb",
                      .sha256 = digits('5'),
                      .licence = "CC-BY-SA-3.0",
                      .collected = "2026-07-11",
                      .documents = 1541,
                      .bytes = 1'872'639},
                     {.name = "python3-networkx_2.8.8-1_all",
                      .source = "python",
                      .kind = "debian",
                      .version = "2.8.8-1",
                      .url = "http://deb.debian.org/debian/pool/main/p/python-networkx/"
                             "python3-networkx_2.8.8-1_all.deb",
                      .sha256 = digits('6'),
                      .licence = "BSD-3-Clause",
                      .collected = "2026-07-11",
                      .documents = 283,
                      .bytes = 3'339'605}};
  corpus.archives = {{.origin = "Debian",
                      .suite = "oldstable",
                      .version = "12.15",
                      .url = "http://deb.debian.org/debian/",
                      .date = "2026-07-11",
                      .sha256 = digits('7')}};
  corpus.files = {{"evidence/corpus/documents.bin", 5'455'568, digits('8')},
                  {"evidence/corpus/documents.jsonl", 711'289, digits('9')}};
  corpus.allowed_licences = {"BSD-3-Clause", "CC-BY-SA-3.0", "CC-BY-SA-4.0"};
  return corpus;
}

ReleaseAnswers answers() {
  ReleaseAnswers answers;
  answers.release = {.version = "1.0.0",
                     .date = "2026-11-27",
                     .market_date = "2026-11-27",
                     .licence = "Apache-2.0",
                     .licence_link = "",
                     .url = "https://models.example/first-light",
                     .collection = "first light",
                     .base_model = "",
                     .base_summary = "",
                     .base_release = "",
                     .previous = "",
                     .supersedes = "",
                     .code_url = "https://code.example/glassworks",
                     .code_licence = "Apache-2.0",
                     .papers_licence = "CC-BY-4.0",
                     .channels = {"https://models.example/first-light"}};
  answers.provider = {.name = "Example Facility <EU>",
                      .contact = "models@facility.example",
                      .url = "https://facility.example",
                      .in_union = Answer::kYes,
                      .representative = "",
                      .small_company = Answer::kYes};
  answers.use.intended = "To show that a training can be replayed | and checked.";
  answers.use.policy = "none";
  answers.data.user_of_model = Answer::kNo;
  answers.data.user_of_services = Answer::kNo;
  answers.copyright.code_of_practice = Answer::kNo;
  return answers;
}

}  // namespace

ReleaseFacts some_release() {
  ReleaseFacts facts;
  facts.name = "first-light";
  facts.version = "1.0.0";
  facts.date = "2026-11-27";
  facts.description = "A small decoder, trained on manuals and on Python code.";
  facts.licence = "Apache-2.0";
  facts.architecture = architecture();
  facts.training = training();
  facts.evaluations = {
      {"bits_per_byte", "bits per byte", 2.261617200273484, "first-light-corpus", "held out"},
      {"loss", "loss, nats per token", 5.108705520629883, "first-light-corpus", "held out"}};
  facts.tokenizer = {.kind = "byte-level BPE", .vocabulary = 4096, .library = "llama-bpe"};
  facts.corpus = corpus();
  facts.replays = {{.by = "ed25519:" + digits('a'),
                    .digest = digest('b'),
                    .segments = 3,
                    .steps = 15,
                    .equal = true}};
  facts.files = {{"config.json", 612, digits('0')},
                 {"evidence/corpus/manifest.json", 60'000, digits('5')},
                 {"first-light-f32.gguf", 16'300'000, digits('c')},
                 {"model.safetensors", 16'268'000, digits('1')},
                 {"evidence/record.json", 1927, digits('d')},
                 {"tokenizer.json", 150'000, digits('2')}};
  facts.engine_commit = std::string(40, 'e');
  facts.log = {.origin = "log.example/glassworks",
               .url = "https://log.example",
               .index = 7,
               .key = "log.example/glassworks+13d413d9+AQOh"};
  facts.statement_key = "ed25519:" + digits('b');
  facts.signing_key_hint = digits('f');
  facts.records = {.run = digest('3'),
                   .recipe = digest('4'),
                   .corpus = digest('5'),
                   .tokenizer = digest('2'),
                   .shards = digest('6'),
                   .chain = digest('7'),
                   .answers = digest('8')};
  facts.answers = answers();
  return facts;
}

ReleaseFacts unknown_release() {
  ReleaseFacts facts;
  facts.name = "nothing-known";
  return facts;
}

}  // namespace glass::record

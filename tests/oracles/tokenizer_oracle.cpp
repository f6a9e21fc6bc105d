// Writes what tokenizer.mjs compares with other people's tokenizers.
//
// usage: tokenizer_oracle SOURCE_ROOT OUT_FOLDER
//
// - tokenizer.json: trained on the project's sources and documents and a text in many scripts
// - cases.jsonl: texts with their ids, {"kind", "text", "ids"}
// - lines.txt: the same training text, line by line, as the peer is trained
// - trained_here.json: what training on these lines gives
// - facts.json: vocabulary size, Unicode version
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/philox.h"
#include "glass/base/utf8.h"
#include "glass/data/tokenizer/scanner.h"
#include "glass/data/tokenizer/test_support.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/data/tokenizer/trainer.h"

namespace fs = std::filesystem;
using namespace glass;
using namespace glass::data;

namespace {

std::vector<std::string> read_sources(const fs::path& root) {
  std::vector<fs::path> paths;
  for (const char* folder : {"glass", "docs", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const fs::path extension = entry.path().extension();
      if (extension == ".h" || extension == ".cpp" || extension == ".md" || extension == ".txt")
        paths.push_back(entry.path());
    }
  }
  std::ranges::sort(paths);
  std::vector<std::string> texts;
  for (const fs::path& path : paths) {
    std::ifstream in(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    if (!is_utf8(texts.back())) texts.pop_back();
  }
  return texts;
}

Tokenizer train(const std::vector<std::string_view>& documents, int32_t vocabulary_size) {
  SerialParallel serial;
  auto trained = train_tokenizer(documents, {.vocabulary_size = vocabulary_size}, serial);
  GLASS_CHECK(trained.has_value());
  return std::move(trained->tokenizer);
}

class Cases {
 public:
  Cases(const Tokenizer& tokenizer, const fs::path& file)
      : tokenizer_(&tokenizer), out_(file, std::ios::binary) {}

  // With special tokens, which the peers always recognise in a text.
  void add(std::string_view kind, const std::string& text) {
    std::vector<TokenId> ids;
    tokenizer_->encode_with_special(text, ids);
    out_ << to_canonical(Json::Object{
                {"kind", kind}, {"text", text}, {"ids", Json::Array(ids.begin(), ids.end())}})
         << '\n';
  }

 private:
  const Tokenizer* tokenizer_;
  std::ofstream out_;
};

// Every pair of bytes that is text.
void add_pairs(Cases& cases) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      if (is_utf8(text)) cases.add("pair", text);
    }
  }
}

// Characters between letters, digits and spaces: all of the scripts and symbols up to U+33FF and of
// the emoji's plane, and of the rest, which is mostly ideographs, every 97th.
void add_characters(Cases& cases) {
  std::string text;
  int characters = 0;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    const bool every_one = c < 0x3400 || (c >= 0x1F000 && c < 0x20000);
    if (surrogate || (!every_one && c % 97 != 0)) continue;
    std::string one;
    append_utf8(one, c);
    text += "a" + one + "b " + one + one + " 1" + one + "-" + one + "\n";
    if (++characters % 64 == 0) {
      cases.add("character", text);
      text.clear();
    }
  }
}

// Random texts of characters that matter to the pattern.
void add_random(Cases& cases) {
  const std::vector<std::string> pool = {" ",
                                         " ",
                                         "  ",
                                         "\n",
                                         "\r\n",
                                         "\t",
                                         "\u00a0",
                                         "\u3000",
                                         "\u0085",
                                         "\u2028",
                                         "\ufeff",
                                         "\u200b",
                                         "'",
                                         "s",
                                         "S",
                                         "t",
                                         "re",
                                         "VE",
                                         "ll",
                                         "\u017f",
                                         "a",
                                         "the",
                                         "Z",
                                         "\u00e9",
                                         "e\u0301",
                                         "\u0436",
                                         "\u6f22",
                                         "\u304b",
                                         "\ud55c",
                                         "\u0645",
                                         "\u0928\u094d",
                                         "1",
                                         "23",
                                         "456",
                                         "\u0661",
                                         "\u00bd",
                                         "\u2167",
                                         ".",
                                         ",",
                                         "--",
                                         "(",
                                         "{",
                                         "_",
                                         "\u20ac",
                                         "\u2764\ufe0f",
                                         "\U0001F469\u200D\U0001F4BB",
                                         "<|endoftext|>",
                                         std::string(1, '\0'),
                                         "\u007f",
                                         "\u180e",
                                         "\u1680",
                                         "\u202f"};
  for (uint64_t i = 0; i < 2000; ++i) {
    std::string text;
    const uint64_t pieces = 1 + random_below(1, Purpose::kSampling, i, 0, 30);
    for (uint64_t at = 1; at <= pieces; ++at)
      text += pool[random_below(1, Purpose::kSampling, i, at, pool.size())];
    cases.add("random", text);
  }
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

void write(const fs::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: tokenizer_oracle SOURCE_ROOT OUT_FOLDER\n");
    return 2;
  }
  const fs::path out = argv[2];
  std::vector<std::string> texts = read_sources(argv[1]);
  texts.push_back(mixed_text());
  const Tokenizer tokenizer = train({texts.begin(), texts.end()}, 4096);
  write(out / "tokenizer.json", tokenizer.to_json());
  write(out / "facts.json",
        to_canonical(Json::Object{{"unicode", unicode_version()},
                                  {"vocabulary_size", tokenizer.vocabulary_size()}}));
  {
    Cases cases(tokenizer, out / "cases.jsonl");
    for (size_t i = 0; i < texts.size(); i += 4)
      cases.add("source", texts[i]);  // JavaScript is slow
    for (const std::string_view line : lines_of(texts.back())) cases.add("line", std::string(line));
    add_pairs(cases);
    add_characters(cases);
    add_random(cases);
  }
  std::string all;
  for (const std::string& text : texts) all += text + "\n";
  write(out / "lines.txt", all);
  write(out / "trained_here.json", train(lines_of(all), 30000).to_json());
  return 0;
}

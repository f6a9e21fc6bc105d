// Any bytes are cut into words, encoded and decoded without loss, and a special token never appears
// by itself.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/data/tokenizer/scanner.h"
#include "glass/data/tokenizer/trainer.h"
#include "glass/data/tokenizer/utf8_stream.h"

using namespace glass;
using namespace glass::data;

namespace {

Tokenizer make_tokenizer() {
  SerialParallel serial;
  const std::vector<std::string_view> documents = {
      "the cat sat on the mat; don't  stop 12345\n\n\u6f22\u5b57 aaaaaaaaaaaa \xff\xfe"};
  auto trained = train_tokenizer(documents, {.vocabulary_size = 320}, serial);
  GLASS_CHECK(trained.has_value());
  return std::move(trained->tokenizer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Tokenizer tokenizer = make_tokenizer();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<TokenId> ids;
  tokenizer.encode(text, ids);
  GLASS_CHECK(tokenizer.decode(ids) == text);
  GLASS_CHECK(std::ranges::count(ids, tokenizer.end_of_text()) == 0);

  std::vector<TokenId> in_two;
  const size_t cut = safe_cut(text, size / 2);
  tokenizer.encode(text.substr(0, cut), in_two);
  tokenizer.encode(text.substr(cut), in_two);
  GLASS_CHECK(in_two == ids);

  Utf8Stream stream;
  stream.push(text);
  stream.finish();
  return 0;
}

#include "glass/data/tokenizer/utf8_stream.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "glass/base/utf8.h"

namespace glass::data {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Whether some bytes behind `text` (at most three bytes) would make it a character.
bool may_become_character(std::string_view text) {
  // The least and the largest continuation decide: between them every lead byte's range is met.
  for (const char filler : {'\x80', '\x90', '\xA0', '\xBF'}) {
    std::string candidate(text);
    while (candidate.size() < 4) {
      candidate.push_back(filler);
      if (decode_utf8(candidate).size == candidate.size()) return true;
    }
  }
  return false;
}

}  // namespace

std::string Utf8Stream::push(std::string_view bytes) {
  held_ += bytes;
  std::string text;
  size_t at = 0;
  while (at < held_.size()) {
    const std::string_view rest = std::string_view(held_).substr(at);
    const size_t size = decode_utf8(rest).size;
    if (size == 0 && rest.size() < 4 && may_become_character(rest)) break;
    text += size == 0 ? kReplacement : rest.substr(0, size);
    at += size == 0 ? 1 : size;
  }
  held_.erase(0, at);
  return text;
}

std::string Utf8Stream::finish() {
  const bool held = !std::exchange(held_, {}).empty();
  return held ? std::string(kReplacement) : std::string();
}

}  // namespace glass::data

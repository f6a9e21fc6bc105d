#include "glass/data/tokenizer/internal/byte_alphabet.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "glass/base/utf8.h"

namespace glass::data {

namespace {

constexpr size_t kStandIns = 0x100 + 68;  // one past the largest stand-in

constexpr bool stands_for_itself(uint32_t byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

struct Alphabet {
  std::array<char32_t, 256> stand_in{};
  std::array<uint8_t, 256> order{};
  std::array<int, kStandIns> byte_of{};  // -1 where no byte has this stand-in

  Alphabet() {
    byte_of.fill(-1);
    char32_t next = 0x100;
    for (uint32_t byte = 0; byte < 256; ++byte) {
      stand_in[byte] = stands_for_itself(byte) ? static_cast<char32_t>(byte) : next++;
      byte_of[stand_in[byte]] = static_cast<int>(byte);
      order[byte] = static_cast<uint8_t>(byte);
    }
    std::ranges::sort(order, {}, [this](uint8_t byte) { return stand_in[byte]; });
  }
};

const Alphabet& tables() {
  static const Alphabet alphabet;
  return alphabet;
}

}  // namespace

char32_t stand_in(uint8_t byte) {
  return tables().stand_in[byte];
}

const std::array<uint8_t, 256>& alphabet() {
  return tables().order;
}

std::string spell_piece(std::string_view bytes) {
  std::string spelled;
  for (const char byte : bytes) append_utf8(spelled, stand_in(static_cast<uint8_t>(byte)));
  return spelled;
}

std::optional<std::string> read_piece(std::string_view spelled) {
  std::string bytes;
  while (!spelled.empty()) {
    const Utf8Step step = decode_utf8(spelled);
    if (step.size == 0 || step.code_point >= kStandIns) return std::nullopt;
    const int byte = tables().byte_of[step.code_point];
    if (byte < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(byte));
    spelled.remove_prefix(step.size);
  }
  return bytes;
}

}  // namespace glass::data

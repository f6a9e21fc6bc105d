#include "glass/institution/petitions/internal/refusal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/ascii.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"

namespace glass::institution::petitions {
namespace {

constexpr size_t kIdDigits = 32, kCommitmentDigits = 64;
constexpr int64_t kLastMomentMs = 253'402'300'799'999;  // of the year 9999

Status expect_hex(std::string_view field, std::string_view text, size_t digits) {
  if (text.size() == digits &&
      std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }))
    return {};
  return refused(
      fmt::format("'{}' has to be {} lower-case hexadecimal digits, and no text", field, digits));
}

}  // namespace

tl::unexpected<Error> refused(std::string message) {
  return fail(ErrorCode::kRefused, std::move(message));
}

Status expect_id(std::string_view field, std::string_view text) {
  return expect_hex(field, text, kIdDigits);
}

Status expect_commitment(std::string_view field, std::string_view text) {
  return expect_hex(field, text, kCommitmentDigits);
}

Status expect_seat(std::string_view by) {
  if (!by.empty()) return {};
  return refused("'by' is empty; name the seat that does it");
}

Status expect_word(std::string_view field, std::span<const std::string_view> words,
                   std::string_view word) {
  if (std::ranges::find(words, word) != words.end()) return {};
  constexpr size_t kMostListed = 20;
  const auto listed = words.first(std::min(words.size(), kMostListed));
  return refused(fmt::format("'{}' is '{}'; it has to be one of {}{}", field, word,
                             fmt::join(listed, ", "), listed.size() < words.size() ? ", ..." : ""));
}

std::string moment(int64_t at_ms) {
  return time_text(std::clamp<int64_t>(at_ms, 0, kLastMomentMs));
}

}  // namespace glass::institution::petitions

// Refusals of petitions: what every event of a petition is held to.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "glass/base/result.h"

namespace glass::institution::petitions {

// kRefused with this message.
[[nodiscard]] tl::unexpected<Error> refused(std::string message);

// 32 and 64 lower-case hexadecimal digits.
[[nodiscard]] Status expect_id(std::string_view field, std::string_view text);
[[nodiscard]] Status expect_commitment(std::string_view field, std::string_view text);

[[nodiscard]] Status expect_seat(std::string_view by);

// One of the words of a list.
[[nodiscard]] Status expect_word(std::string_view field, std::span<const std::string_view> words,
                                 std::string_view word);

// An instant for messages, also one that no calendar has.
std::string moment(int64_t at_ms);

}  // namespace glass::institution::petitions

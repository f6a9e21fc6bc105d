#include "glass/record/journal/journal_line.h"

#include <algorithm>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/base/utf8.h"

namespace glass::record {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

Status expect_journal_line(std::string_view text) {
  if (text.empty()) return invalid_input("it is empty; a line has at least one character");
  if (text.size() > kMostLineBytes)
    return invalid_input(
        fmt::format("it has {} bytes, a line has at most {}: keep the content "
                    "beside the journal, and its digest in the line",
                    text.size(), kMostLineBytes));
  if (std::ranges::any_of(text, is_control))
    return invalid_input("it has a control character; write it as canonical JSON, on one line");
  if (!is_utf8(text)) return invalid_input("it is no UTF-8");
  return {};
}

}  // namespace glass::record

#include "glass/record/release/evidence_tree.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/utf8.h"

namespace glass::record {
namespace {

constexpr int kBrokenCode = 1, kIncompleteCode = 4;
constexpr const char *kBranch = "├ ", *kLastBranch = "└ ", *kTrunk = "│ ";

// Characters that would write another line, or over one: controls, and what turns the direction of
// writing.
bool is_shown(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
  const bool turning = c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                       (c >= 0x2066 && c <= 0x2069);
  return !control && !turning;
}

// `before` is what stands left of the node's children.
void add_lines(const EvidenceNode& node, std::string_view branch, const std::string& before,
               std::string& text) {
  text += fmt::format("{:<8}  {}{}{}{}\n", name(node.state), branch, printable(node.what),
                      node.detail.empty() ? "" : ": ", printable(node.detail));
  for (size_t i = 0; i < node.parts.size(); ++i) {
    const bool last = i + 1 == node.parts.size();
    add_lines(node.parts[i], before + (last ? kLastBranch : kBranch),
              before + (last ? "  " : kTrunk), text);
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const Utf8Step step = decode_utf8(text);
    const size_t size = step.size == 0 ? 1 : step.size;
    if (step.size > 0 && is_shown(step.code_point)) {
      shown += text.substr(0, size);
    } else {
      for (const char byte : text.substr(0, size))
        shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    text.remove_prefix(size);
  }
  return shown;
}

std::string_view name(EvidenceState state) {
  switch (state) {
    case EvidenceState::kVerified: return "verified";
    case EvidenceState::kAttested: return "attested";
    case EvidenceState::kMissing: return "missing";
    case EvidenceState::kBroken: return "broken";
  }
  return "";
}

int64_t count(const EvidenceNode& node, EvidenceState state) {
  int64_t found = node.state == state ? 1 : 0;
  for (const EvidenceNode& part : node.parts) found += count(part, state);
  return found;
}

void settle(EvidenceNode& node) {
  if (count(node, EvidenceState::kBroken) > 0)
    node.state = EvidenceState::kBroken;
  else if (count(node, EvidenceState::kMissing) > 0)
    node.state = EvidenceState::kMissing;
}

std::string to_text(const EvidenceNode& node) {
  std::string text;
  add_lines(node, "", "", text);
  return text;
}

Json to_json(const EvidenceNode& node) {
  Json::Object json{{"state", name(node.state)},
                    {"what", printable(node.what)},
                    {"detail", printable(node.detail)}};
  Json::Array parts;
  for (const EvidenceNode& part : node.parts) parts.push_back(to_json(part));
  if (!parts.empty()) json.emplace("parts", std::move(parts));
  return json;
}

int exit_code(const EvidenceNode& node) {
  if (count(node, EvidenceState::kBroken) > 0) return kBrokenCode;
  return count(node, EvidenceState::kMissing) > 0 ? kIncompleteCode : 0;
}

}  // namespace glass::record

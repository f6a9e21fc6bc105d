#include "glass/record/evidence/evidence_tree.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/printable.h"

namespace glass::record {
namespace {

constexpr int kBrokenCode = 1, kIncompleteCode = 4;
constexpr const char *kBranch = "├ ", *kLastBranch = "└ ", *kTrunk = "│ ";

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

const EvidenceNode* find(const EvidenceNode& node, std::string_view what) {
  if (node.what == what) return &node;
  for (const EvidenceNode& part : node.parts) {
    if (const EvidenceNode* found = find(part, what); found != nullptr) return found;
  }
  return nullptr;
}

const EvidenceNode* first_cause(const EvidenceNode& node, EvidenceState state) {
  for (const EvidenceNode& part : node.parts) {
    if (const EvidenceNode* found = first_cause(part, state); found != nullptr) return found;
  }
  return node.state == state ? &node : nullptr;
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

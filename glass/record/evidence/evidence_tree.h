// EvidenceTree: what a verifier found, as a tree from a thing to what it was made of.
//
//   verified   compared here, and found to be as it should
//   attested   somebody signed that it is so; nobody compared it here
//   missing    what would show it is not there
//   broken     compared here, and found to be otherwise
//
// There is no fifth state: what nobody looked at is not in order, it is missing or attested.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"

namespace glass::record {

enum class EvidenceState { kVerified, kAttested, kMissing, kBroken };

std::string_view name(EvidenceState state);

struct EvidenceNode {
  EvidenceState state = EvidenceState::kVerified;
  std::string what;    // "run record"
  std::string detail;  // one plain sentence or a part of one
  std::vector<EvidenceNode> parts;
};

// How many nodes are in a state, the node itself included.
int64_t count(const EvidenceNode& node, EvidenceState state);

// The first node of this name, in the order of the lines; nothing if there is none.
const EvidenceNode* find(const EvidenceNode& node, std::string_view what);

// The first node in a state of which no part is: where it comes from.
const EvidenceNode* first_cause(const EvidenceNode& node, EvidenceState state);

// What is broken or missing anywhere below shows in the node; what is attested takes nothing away.
void settle(EvidenceNode& node);

// Lines of UTF-8 with branches, the state first, without colours; texts are made printable.
std::string to_text(const EvidenceNode& node);

// {"state":"verified","what":...,"detail":...,"parts":[...]}
Json to_json(const EvidenceNode& node);

// 1 if anything is broken, else 4 if anything is missing, else 0.
int exit_code(const EvidenceNode& node);

}  // namespace glass::record

#include "glass/record/tlog/policy.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "glass/base/ascii.h"
#include "glass/base/result.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/signed_note.h"

namespace glass::record {
namespace {

using Words = std::vector<std::string_view>;

bool is_allowed(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

class PolicyParser {
 public:
  [[nodiscard]] Result<Policy> parse(std::string_view text) {
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      ++line_;
      GLASS_TRY_STATUS(statement(line));
    }
    if (!has_quorum_) return invalid_input("the policy has no quorum; `quorum none` asks for none");
    return std::move(policy_);
  }

 private:
  [[nodiscard]] tl::unexpected<Error> refuse(std::string_view why) const {
    return invalid_input(fmt::format("line {} of the policy: {}", line_, why));
  }

  [[nodiscard]] Status statement(std::string_view line) {
    if (!std::ranges::all_of(line, is_allowed)) return refuse("it has a control character");
    const Words words = split_words(line);
    if (words.empty() || words[0].starts_with('#')) return {};
    if (words[0] == "log") return log(words);
    if (words[0] == "witness") return witness(words);
    if (words[0] == "group") return group(words);
    if (words[0] == "quorum") return quorum(words);
    return refuse(fmt::format("'{}' is none of log, witness, group and quorum", words[0]));
  }

  [[nodiscard]] Result<NoteKey> key(std::string_view text, NoteKeyKind kind) {
    auto key = note_key_from_text(text);
    if (!key) return refuse(key.error().message);
    if (key->kind != kind)
      return refuse(kind == NoteKeyKind::kCosigner ? "the key is a log's, not a witness's"
                                                   : "the key is a witness's, not a log's");
    if (!keys_.insert(to_text(*key)).second) return refuse("the key stands there twice");
    return key;
  }

  [[nodiscard]] Status log(const Words& words) {
    if (words.size() != 2 && words.size() != 3) return refuse("write: log <key> [<url>]");
    GLASS_TRY(NoteKey known, key(words[1], NoteKeyKind::kEd25519));
    policy_.logs.push_back(
        {.key = std::move(known), .url = std::string(words.size() == 3 ? words[2] : "")});
    return {};
  }

  [[nodiscard]] Status define(std::string_view name) {
    if (name == "none") return refuse("nothing can be called none");
    if (!names_.emplace(name, false).second)
      return refuse(fmt::format("'{}' is defined twice", name));
    return {};
  }

  [[nodiscard]] Status witness(const Words& words) {
    if (words.size() != 3 && words.size() != 4)
      return refuse("write: witness <name> <key> [<url>]");
    GLASS_TRY_STATUS(define(words[1]));
    GLASS_TRY(NoteKey known, key(words[2], NoteKeyKind::kCosigner));
    policy_.witnesses.push_back({.name = std::string(words[1]),
                                 .key = std::move(known),
                                 .url = std::string(words.size() == 4 ? words[3] : "")});
    return {};
  }

  [[nodiscard]] Status group(const Words& words) {
    if (words.size() < 4) return refuse("write: group <name> all|any|<k> <member>...");
    PolicyGroup group{.name = std::string(words[1]), .needed = 0, .members = {}};
    for (const std::string_view member : Words(words.begin() + 3, words.end())) {
      const auto known = names_.find(std::string(member));
      if (known == names_.end()) return refuse(fmt::format("'{}' is not defined above", member));
      if (std::exchange(known->second, true))
        return refuse(fmt::format("'{}' is in a group already", member));
      group.members.emplace_back(member);
    }
    const auto number = parse_decimal(words[2]);
    if (words[2] == "all")
      group.needed = std::ssize(group.members);
    else if (words[2] == "any")
      group.needed = 1;
    else if (number && *number >= 1 && *number <= group.members.size())
      group.needed = static_cast<int64_t>(*number);
    else
      return refuse(fmt::format("'{}' is neither all nor any nor a number of the {} members",
                                words[2], group.members.size()));
    GLASS_TRY_STATUS(define(words[1]));
    policy_.groups.push_back(std::move(group));
    return {};
  }

  [[nodiscard]] Status quorum(const Words& words) {
    if (words.size() != 2) return refuse("write: quorum <name>, or quorum none");
    if (std::exchange(has_quorum_, true)) return refuse("there is a quorum already");
    if (words[1] == "none") return {};
    if (!names_.contains(std::string(words[1])))
      return refuse(fmt::format("'{}' is not defined above", words[1]));
    policy_.quorum = std::string(words[1]);
    return {};
  }

  Policy policy_;
  int64_t line_ = 0;
  std::map<std::string, bool> names_;  // whether a group has it
  std::set<std::string> keys_;
  bool has_quorum_ = false;
};

// When each witness has cosigned, in Unix seconds.
using SeenTimes = std::map<std::string, int64_t>;

// By when a witness or group had seen it; nothing if too few have. Of a group that needs k members
// that is the k-th time: who would make it earlier has to have k of them on his side.
std::optional<int64_t> seen_by(const Policy& policy, const std::string& name,
                               const SeenTimes& times) {
  const auto group = std::ranges::find(policy.groups, name, &PolicyGroup::name);
  if (group == policy.groups.end()) {
    const auto found = times.find(name);
    return found == times.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<int64_t> members;
  for (const std::string& member : group->members) {
    if (const auto seen = seen_by(policy, member, times)) members.push_back(*seen);
  }
  if (std::ssize(members) < group->needed) return std::nullopt;
  std::ranges::sort(members);
  return members[static_cast<size_t>(group->needed) - 1];
}

}  // namespace

Policy policy_of(NoteKey log) {
  return {
      .logs = {{.key = std::move(log), .url = ""}}, .witnesses = {}, .groups = {}, .quorum = {}};
}

Result<Policy> parse_policy(std::string_view text) {
  return PolicyParser().parse(text);
}

Result<CheckpointOfLog> open_by_log(std::string_view note, const Policy& policy) {
  GLASS_TRY(const SignedNote signed_note, parse_note(note));
  GLASS_TRY(const Checkpoint checkpoint, parse_checkpoint(signed_note.text));
  Error why{ErrorCode::kMismatch, fmt::format("the policy has no log {}", checkpoint.origin)};
  for (const PolicyLog& log : policy.logs) {  // of several keys of a log, the one that has signed
    if (log.key.name != checkpoint.origin) continue;
    std::vector<NoteKey> keys = {log.key};
    for (const PolicyWitness& witness : policy.witnesses) keys.push_back(witness.key);
    auto opened = open_checkpoint(note, keys);
    if (opened) return CheckpointOfLog{.log = log, .opened = std::move(*opened)};
    why = std::move(opened).error();
  }
  return tl::unexpected(std::move(why));
}

Result<OpenedCheckpoint> open_by_policy(std::string_view note, const Policy& policy) {
  GLASS_TRY(CheckpointOfLog found, open_by_log(note, policy));
  OpenedCheckpoint& opened = found.opened;
  if (!policy.quorum) return std::move(opened);
  SeenTimes times;
  for (const NoteVerdict& verdict : opened.verdicts) {
    if (verdict.key > 0)
      times.emplace(policy.witnesses[verdict.key - 1].name, verdict.unix_seconds.value());
  }
  opened.seen_unix_seconds = seen_by(policy, *policy.quorum, times);
  if (opened.seen_unix_seconds) return std::move(opened);
  std::vector<std::string> missing;
  for (const PolicyWitness& witness : policy.witnesses) {
    if (!times.contains(witness.name)) missing.push_back(witness.name);
  }
  return fail(ErrorCode::kMismatch,
              fmt::format("the checkpoint of {} does not have the quorum {}: not cosigned by {}",
                          opened.checkpoint.origin, *policy.quorum, fmt::join(missing, ", ")));
}

}  // namespace glass::record

#include "glass/service/facility/journal_fold.h"

#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/known_keys.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/decide.h"
#include "glass/institution/acts/event.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/facility/journal_entry.h"

namespace glass::service {
namespace {

using institution::Event;

std::string told(const std::vector<Event>& events, size_t index) {
  return index < events.size() ? to_canonical(institution::to_json(events[index])) : "nothing";
}

// What is told to have followed against what follows.
Status expect_same(const std::vector<Event>& told_events, const std::vector<Event>& found) {
  const size_t most = std::max(told_events.size(), found.size());
  for (size_t i = 0; i < most; ++i) {
    const bool is_same = i < told_events.size() && i < found.size() &&
                         institution::to_json(told_events[i]) == institution::to_json(found[i]);
    if (!is_same)
      return fail(ErrorCode::kMismatch, fmt::format("it tells that {} followed, and by the rules "
                                                    "of the charter it is {}",
                                                    told(told_events, i), told(found, i)));
  }
  return {};
}

// A line before its signatures are verified, and what they are of.
struct UnverifiedLine {
  ReadLine read;
  std::string signed_bytes;
};

Result<UnverifiedLine> take_apart(std::string_view line) {
  UnverifiedLine parts;
  GLASS_TRY(ReadEntry entry, read_entry(line));
  if (entry.entry.act) {
    GLASS_TRY(parts.read.act, unchecked_act(*entry.entry.act, entry.payload));
    parts.signed_bytes = record::signed_bytes(entry.payload);
  }
  parts.read.entry = std::move(entry.entry);
  parts.read.digest = crypto::sha256(line);
  return parts;
}

}  // namespace

Result<ReadLine> read_line(std::string_view line) {
  const std::vector<std::string> lines = {std::string(line)};
  return std::move(read_lines(lines, crypto::KnownKeys()).front());
}

std::vector<Result<ReadLine>> read_lines(std::span<const std::string> lines,
                                         const crypto::KnownKeys& keys) {
  std::vector<Result<UnverifiedLine>> all;
  for (const std::string& line : lines) all.push_back(take_apart(line));
  std::vector<crypto::SignedMessage> messages;
  for (const auto& parts : all) {
    if (!parts || !parts->read.entry.act) continue;
    for (const auto& [key, signature] : parts->read.entry.act->signatures)
      messages.push_back({key, as_bytes(parts->signed_bytes), signature});
  }
  const std::vector<bool> is_right = keys.verify_each(messages);
  std::vector<Result<ReadLine>> read;
  size_t at = 0;
  for (auto& parts : all) {
    if (!parts) {
      read.push_back(tl::unexpected(std::move(parts).error()));
      continue;
    }
    read.push_back(std::move(parts->read));
    const size_t end = at + (read.back()->act ? read.back()->act->keys.size() : 0);
    for (; at < end; ++at) {
      if (read.back() && !is_right[at])
        read.back() = tl::unexpected(record::wrong_signature(messages[at].key));
    }
  }
  return read;
}

Status JournalFold::take(const ReadLine& line) {
  const JournalEntry& entry = line.entry;
  const auto wrong = [&](Error error) {
    return in_context(fmt::format("entry {}", count_), std::move(error));
  };
  if (entry.number != count_)
    return wrong({ErrorCode::kMismatch, fmt::format("it calls itself entry {}", entry.number)});
  if (entry.previous != digest_)
    return wrong({ErrorCode::kMismatch,
                  "it does not go on from the entry before it: one of the two was "
                  "changed, or lines are missing between them"});
  auto follows = line.act ? institution::take(state_, *line.act, entry.at_ms)
                          : institution::tick(state_, entry.at_ms);
  if (!follows) return wrong({ErrorCode::kMismatch, follows.error().message});
  if (!line.act && follows->empty())
    return wrong({ErrorCode::kMismatch, "it holds neither an act nor anything that was due"});
  if (const Status same = expect_same(entry.follows, *follows); !same) return wrong(same.error());
  pass(line.digest, line.act.has_value(), std::ssize(*follows) + (line.act ? 1 : 0));
  return {};
}

void JournalFold::pass(const crypto::Digest& line, bool is_act, int64_t events) {
  ++count_;
  acts_ += is_act ? 1 : 0;
  events_ += events;
  digest_ = line;
}

}  // namespace glass::service

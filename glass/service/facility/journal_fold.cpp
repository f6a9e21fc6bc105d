#include "glass/service/facility/journal_fold.h"

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/decide.h"
#include "glass/institution/acts/event.h"
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
    const std::string one = told(told_events, i), other = told(found, i);
    if (one != other)
      return fail(ErrorCode::kMismatch,
                  fmt::format("it tells that {} followed, and by the rules of the "
                              "charter it is {}",
                              one, other));
  }
  return {};
}

}  // namespace

Result<ReadLine> read_line(std::string_view line) {
  ReadLine read;
  GLASS_TRY(read.entry, parse_entry(line));
  if (read.entry.act) {
    GLASS_TRY(read.act, signed_act(*read.entry.act));
  }
  read.digest = crypto::sha256(line);
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

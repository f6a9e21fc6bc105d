// JournalFold: a facility's journal, line by line, into its state, with everything checked on the
// way: that each line names the one before, that time does not turn back, that every act is signed
// by who may do it, and that what is told to have followed is what follows.
//
// Whoever has the lines and no reason to trust the facility finds the same state, or the first line
// that is wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/known_keys.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/state.h"
#include "glass/service/facility/journal_entry.h"

namespace glass::service {

// A line that was taken apart: what needs no state, and the most time.
struct ReadLine {
  JournalEntry entry;
  std::optional<institution::SignedAct> act;
  crypto::Digest digest;
};

// kCorruption or kMismatch says what is wrong with the line, without naming it.
[[nodiscard]] Result<ReadLine> read_line(std::string_view line);

// The same of each line; signatures of known keys are verified faster. Several threads may read.
[[nodiscard]] std::vector<Result<ReadLine>> read_lines(std::span<const std::string> lines,
                                                       const crypto::KnownKeys& keys);

class JournalFold {
 public:
  // kMismatch or kCorruption names the entry and what differs; then nothing has changed but the
  // state, which is worth nothing any more.
  [[nodiscard]] Status take(const ReadLine& line);

  [[nodiscard]] const institution::State& state() const { return state_; }

  [[nodiscard]] institution::State& state() { return state_; }

  // The lines so far, and the digest of the last one: of no bytes before the first.
  [[nodiscard]] int64_t count() const { return count_; }

  [[nodiscard]] const crypto::Digest& digest() const { return digest_; }

  // Of all lines: acts, and events with those that followed.
  [[nodiscard]] int64_t acts() const { return acts_; }

  [[nodiscard]] int64_t events() const { return events_; }

  // Goes on past a line that was just decided and appended.
  void pass(const crypto::Digest& line, bool is_act, int64_t events);

 private:
  institution::State state_;
  int64_t count_ = 0, acts_ = 0, events_ = 0;
  crypto::Digest digest_ = crypto::sha256(std::string_view());
};

}  // namespace glass::service

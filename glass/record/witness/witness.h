// Witness: cosigns checkpoints of logs, one continuation after the other.
//
// Of each log the witness knows one state: the largest checkpoint it has cosigned, at first none.
//
//   known(size, root) --add_checkpoint--> known(size', root')     size <= size', proved consistent
//
// The next state is stored by compare-and-swap before the cosignature is given: of two requests at
// once that continue the same state differently, one is told what the state has become.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/crypto/ed25519.h"
#include "glass/record/heads/head_store.h"
#include "glass/record/tlog/signed_note.h"

namespace glass::record {

// An answer over HTTP.
struct WitnessAnswer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body = {};
  std::string trouble = {};  // inside, for who keeps the witness and for nobody else
};

inline constexpr std::string_view kLogSizeType = "text/x.tlog.size";

class Witness {
 public:
  // The logs are those it may cosign. `key` and `heads` outlive it.
  Witness(std::string name, const crypto::SecretKey& key, std::vector<NoteKey> logs,
          HeadStore& heads)
      : name_(std::move(name)), key_(key), logs_(std::move(logs)), heads_(heads) {}

  [[nodiscard]] NoteKey note_key() const {
    return {.name = name_, .kind = NoteKeyKind::kCosigner, .key = key_.public_key()};
  }

  // To POST add-checkpoint, at this time:
  //   200  the line of its cosignature
  //   400  no request, or `old` is larger than the checkpoint
  //   403  the log has not signed it
  //   404  a log that it does not know
  //   409  `old` is not what it knows of the log; the body says what is
  //   422  the proof does not show a continuation
  //   500  it could not be stored
  [[nodiscard]] WitnessAnswer add_checkpoint(std::string_view body, int64_t unix_seconds);

  // To GET <hexadecimal SHA-256 of an origin>/checkpoint: what it has cosigned last. 404: nothing.
  [[nodiscard]] WitnessAnswer checkpoint(std::string_view origin_hash);

 private:
  std::string name_;
  const crypto::SecretKey& key_;
  std::vector<NoteKey> logs_;
  HeadStore& heads_;
};

}  // namespace glass::record

// Step chain: one line per training step, each holding the digest of the one before, so that the
// digest of the last line stands for every bit of the whole training.
//
//   {"digest":"sha256:...","record":{"loss":...,"prev":"sha256:...","step":1,...}}
//
// What always holds: a line is canonical JSON and ends with '\n'; digest = sha256 of the canonical
// record; "step" counts 1, 2, 3, ...; "prev" is the digest of the line before, in the first line
// the genesis (the digest of what the training starts from).
// Format page: docs/reference/formats/step-chain.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"

namespace glass::record {

struct ChainLink {
  int64_t step;  // also the number of its line
  crypto::Digest digest;
  uint64_t end_bytes;  // of the chain up to here
  const Json& record;  // an object, with "prev" and "step"; valid during the visit
};

// Where a chain ends. A chain without lines ends at its genesis.
struct ChainEnd {
  int64_t step = 0;
  crypto::Digest digest;
  uint64_t size_bytes = 0;  // of the whole lines
  bool torn = false;        // bytes without a '\n' follow, left by a crash
};

// What to do about a last line without '\n'.
enum class TornLine { kRefuse, kTolerate };

// Checks every line and calls visit(link) for each. kCorruption names the line and what is wrong
// with it; an error of `visit` ends the reading and is passed on.
[[nodiscard]] Result<ChainEnd> read_step_chain(std::string_view text, const crypto::Digest& genesis,
                                               TornLine torn_line,
                                               FunctionRef<Status(const ChainLink&)> visit);

// The same without a visitor.
[[nodiscard]] Result<ChainEnd> check_step_chain(std::string_view text,
                                                const crypto::Digest& genesis, TornLine torn_line);

// Writes lines. After an error nothing more is written: open the chain again.
class StepChainWriter {
 public:
  // Continues `file` after the line of `after_step`; 0 starts anew. The lines up to there are
  // checked; what follows them, torn or whole, is cut off: a resumed run writes it again.
  // kCorruption if the chain is broken or ends before `after_step`.
  [[nodiscard]] static Result<StepChainWriter> open(system::Files& files, const system::Path& file,
                                                    const crypto::Digest& genesis,
                                                    int64_t after_step);

  // The same after an end that was found by reading the chain, which is not read again.
  [[nodiscard]] static Result<StepChainWriter> open(system::Files& files, const system::Path& file,
                                                    const ChainEnd& end);

  // Adds "prev" and "step" to the record and writes its line, not yet durable.
  // REQUIRES: `record` has neither member.
  [[nodiscard]] Result<crypto::Digest> append(Json::Object record);

  // Makes all lines durable. Call it before publishing a checkpoint that relies on them.
  [[nodiscard]] Status sync();

  [[nodiscard]] const ChainEnd& end() const { return end_; }

 private:
  StepChainWriter(std::unique_ptr<system::WritableFile> file, ChainEnd end);

  std::unique_ptr<system::WritableFile> file_;
  ChainEnd end_;
  bool failed_ = false;
};

// The digest a record has in the chain.
crypto::Digest record_digest(const Json& record);

}  // namespace glass::record

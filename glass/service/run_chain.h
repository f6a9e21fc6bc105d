// RunChain: the chain of a run's steps, looked at where it lies: a training has more steps than
// need fit into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/train/step_record.h"
#include "glass/record/evidence/step_chain.h"
#include "glass/service/run_record.h"
#include "glass/system/files.h"

namespace glass::service {

// Reads the steps of a chain that was checked, from the first on.
class StepReader {
 public:
  // The chain outlives the reader.
  explicit StepReader(std::string_view chain) : rest_(chain) {}

  // Passes over steps without looking at them.
  void skip(int64_t steps);

  // kCorruption if there is none, or what is there is no step.
  [[nodiscard]] Result<engine::StepRecord> next();

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

class RunChain {
 public:
  // Called with each step and the digest that the chain has after it.
  using Visit = FunctionRef<Status(const engine::StepRecord&, const crypto::Digest&)>;

  // Checks every line. kCorruption says what is wrong, without naming the file; an error of `visit`
  // is passed on.
  [[nodiscard]] static Result<RunChain> read(system::Files& files, const system::Path& file,
                                             const RunOrigin& origin, record::TornLine torn_line,
                                             Visit visit);

  [[nodiscard]] const record::ChainEnd& end() const { return end_; }

  // The chain outlives its readers.
  [[nodiscard]] StepReader steps() const;

 private:
  RunChain(std::unique_ptr<system::MappedFile> mapped, const record::ChainEnd& end);

  std::unique_ptr<system::MappedFile> mapped_;
  record::ChainEnd end_;
};

}  // namespace glass::service

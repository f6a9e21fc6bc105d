// Arena: the memory that plans run in.
//
// Several executors may share one and take turns: what one leaves there is lost to the others. Who
// runs after another one computes its constants anew.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "glass/base/result.h"
#include "glass/system/large_memory.h"

namespace glass::engine {

class Arena {
 public:
  // kRefused when the memory cannot be had.
  [[nodiscard]] static Result<std::shared_ptr<Arena>> allocate(size_t bytes);

  [[nodiscard]] std::span<std::byte> span() const { return memory_.span(); }

  // A number for one more who runs here.
  [[nodiscard]] int join() { return ++members_; }

  // Whether somebody else has run here since `member` last did.
  [[nodiscard]] bool take(int member) { return std::exchange(holder_, member) != member; }

 private:
  explicit Arena(system::LargeMemory memory) : memory_(std::move(memory)) {}

  system::LargeMemory memory_;
  int members_ = 0;
  int holder_ = 0;  // nobody
};

}  // namespace glass::engine

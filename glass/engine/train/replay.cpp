#include "glass/engine/train/replay.h"

#include <cstdint>
#include <functional>
#include <span>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/engine/train/step_record.h"
#include "glass/engine/train/trainer.h"

namespace glass::engine {

Status replay_segment(Trainer& trainer, std::span<const StepRecord> expected,
                      const std::function<Status(const StepRecord&)>& progress) {
  GLASS_CHECK(!expected.empty());
  GLASS_TRY_STATUS(trainer.restore(expected.front().step - 1));
  for (const StepRecord& record : expected) {
    GLASS_CHECK(record.step == trainer.progress().step + 1);
    if (trainer.done())
      return fail(ErrorCode::kMismatch,
                  fmt::format("the record holds step {}, but the recipe ends with step {}",
                              record.step, trainer.progress().step));
    GLASS_TRY(const StepRecord actual, trainer.step());
    GLASS_TRY_STATUS(expect_equal(record, actual));
    GLASS_TRY_STATUS(progress(actual));
  }
  return {};
}

}  // namespace glass::engine

#include "glass/engine/plan/memory_report.h"

#include <cstdint>
#include <string>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"

namespace glass::engine {
namespace {

std::string text(int64_t bytes) {
  return bytes_text(static_cast<uint64_t>(bytes));
}

}  // namespace

Json to_json(const MemoryReport& report) {
  return Json::Object{{"parameters", report.parameters},
                      {"gradients", report.gradients},
                      {"optimizer", report.optimizer},
                      {"inputs", report.inputs},
                      {"arena", report.arena},
                      {"program", report.program},
                      {"activations_peak", report.activations_peak},
                      {"scratch_peak", report.scratch_peak},
                      {"total", report.total()}};
}

std::string to_text(const MemoryReport& report) {
  return fmt::format(
      "{}: parameters {}, gradients {}, optimizer {}, inputs {}, arena {} (activations {} and "
      "scratch {}, each at its peak), program {}",
      text(report.total()), text(report.parameters), text(report.gradients), text(report.optimizer),
      text(report.inputs), text(report.arena), text(report.activations_peak),
      text(report.scratch_peak), text(report.program));
}

Status expect_fits(const MemoryReport& report, int64_t available) {
  if (report.total() <= available) return {};
  return fail(ErrorCode::kRefused,
              fmt::format("the plan needs more memory than the {} there are: {}. A smaller "
                          "micro-batch or recomputation of blocks needs less.",
                          text(available), to_text(report)));
}

}  // namespace glass::engine

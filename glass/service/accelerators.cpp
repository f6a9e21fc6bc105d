#include "glass/service/accelerators.h"

#include <span>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/result.h"

namespace glass::service {
namespace {

// Peaks and power by the makers' data sheets, as collected in the field (stas00/ml-engineering,
// compute/accelerator).
constexpr Accelerator kAccelerators[] = {
    {"A100-40G", 312, 400}, {"A100-80G", 312, 400}, {"H100-80G", 989, 700}, {"H200-141G", 989, 700},
    {"B200", 2250, 1000},   {"B300", 2250, 1400},   {"GB200", 2500, 1200},  {"GB300", 2500, 1400},
    {"MI250X", 383, 560},   {"MI300X", 1300, 750},  {"MI325X", 1300, 1000}, {"MI355X", 2500, 1400},
};

}  // namespace

std::span<const Accelerator> accelerators() {
  return kAccelerators;
}

Result<Accelerator> accelerator(std::string_view name) {
  std::string names;
  for (const Accelerator& one : kAccelerators) {
    if (one.name == name) return one;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", one.name);
  }
  return fail(ErrorCode::kInvalidInput,
              fmt::format("accelerator '{}' is unknown; there are {}", name, names));
}

}  // namespace glass::service

#include "glass/engine/optim/parameter_layout.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "glass/base/check.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {
namespace {

constexpr int64_t kFloatsPerLine = 16;

}  // namespace

void ParameterLayout::add(std::string name, Shape shape, bool decay) {
  GLASS_CHECK(std::ranges::find(slots_, name, &ParameterSlot::name) == slots_.end());
  const auto count = element_count(shape);
  GLASS_CHECK(count.has_value());
  slots_.push_back({.name = std::move(name),
                    .shape = std::move(shape),
                    .decay = decay,
                    .offset = floats_,
                    .count = *count});
  floats_ += (*count + kFloatsPerLine - 1) / kFloatsPerLine * kFloatsPerLine;
}

const ParameterSlot& ParameterLayout::at(std::string_view name) const {
  const auto found = std::ranges::find(slots_, name, &ParameterSlot::name);
  GLASS_CHECK(found != slots_.end());
  return *found;
}

int64_t ParameterLayout::parameter_count() const {
  int64_t count = 0;
  for (const ParameterSlot& slot : slots_) count += slot.count;
  return count;
}

}  // namespace glass::engine

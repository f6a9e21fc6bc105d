#include "glass/engine/optim/parameter_layout.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {
namespace {

constexpr int64_t kFloatsPerLine = 16;
constexpr std::array kRoles = {ParameterRole::kEmbedding, ParameterRole::kHead,
                               ParameterRole::kMatrix, ParameterRole::kNorm, ParameterRole::kBias};

}  // namespace

std::string_view name(ParameterRole role) {
  switch (role) {
    case ParameterRole::kEmbedding: return "embedding";
    case ParameterRole::kHead: return "head";
    case ParameterRole::kMatrix: return "matrix";
    case ParameterRole::kNorm: return "norm";
    case ParameterRole::kBias: return "bias";
  }
  return "";
}

Result<ParameterRole> parameter_role_from_name(std::string_view text) {
  for (const ParameterRole role : kRoles) {
    if (text == name(role)) return role;
  }
  return fail(
      ErrorCode::kInvalidInput,
      fmt::format("'{}' is no kind of parameter; there are embedding, head, matrix, norm and "
                  "bias",
                  text));
}

void ParameterLayout::add(std::string name, Shape shape, bool decay, ParameterTraits traits) {
  GLASS_CHECK(std::ranges::find(slots_, name, &ParameterSlot::name) == slots_.end());
  const auto count = element_count(shape);
  GLASS_CHECK(count.has_value());
  int64_t rows = 0;
  for (const int64_t part : traits.matrix_rows) rows += part;
  GLASS_CHECK(rows == 0 || rows * shape.back() == *count);
  slots_.push_back({.name = std::move(name),
                    .shape = std::move(shape),
                    .decay = decay,
                    .traits = std::move(traits),
                    .offset = floats_,
                    .count = *count,
                    .second_offset = second_floats_});
  const int64_t floats = (*count + kFloatsPerLine - 1) / kFloatsPerLine * kFloatsPerLine;
  floats_ += floats;
  if (slots_.back().has_second_moment()) second_floats_ += floats;
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

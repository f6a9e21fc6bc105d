// ParameterLayout: where each parameter lies in one flat buffer of floats.
//
// Parameters, gradients and both moments of AdamW are buffers of the same layout, so that a sum of
// gradients is one addition of buffers. Each parameter begins on a 64-byte border; the floats
// between two parameters are zero in every buffer and stay so.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {

struct ParameterSlot {
  std::string name;
  Shape shape;
  bool decay;  // whether weight decay applies: matrices yes, norms and biases no
  int64_t offset = 0;
  int64_t count = 0;

  template <typename T>
  [[nodiscard]] std::span<T> of(std::span<T> buffer) const {
    return buffer.subspan(static_cast<size_t>(offset), static_cast<size_t>(count));
  }
};

class ParameterLayout {
 public:
  ParameterLayout() = default;

  // The next parameter of the list. REQUIRES: the name is new, the shape has an element count.
  void add(std::string name, Shape shape, bool decay);

  // In the order in which they were added: the order of the sums over parameters.
  [[nodiscard]] std::span<const ParameterSlot> slots() const { return slots_; }

  // REQUIRES: there is one of that name.
  [[nodiscard]] const ParameterSlot& at(std::string_view name) const;

  // Of a buffer, the gaps included.
  [[nodiscard]] int64_t floats() const { return floats_; }

  // Of the parameters alone.
  [[nodiscard]] int64_t parameter_count() const;

 private:
  std::vector<ParameterSlot> slots_;
  int64_t floats_ = 0;
};

}  // namespace glass::engine

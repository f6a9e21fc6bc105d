// ParameterLayout: where each parameter lies in one flat buffer of floats.
//
// Parameters, gradients and both moments of AdamW are buffers of the same layout, so that a sum of
// gradients is one addition of buffers. Each parameter begins on a 64-byte border; the floats
// between two parameters are zero in every buffer and stay so. What Muon updates has no second
// moment; the buffer of second moments has a shorter layout of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {

enum class ParameterRole { kEmbedding, kHead, kMatrix, kNorm, kBias };

// "embedding", "head", "matrix", "norm", "bias"
std::string_view name(ParameterRole role);
[[nodiscard]] Result<ParameterRole> parameter_role_from_name(std::string_view text);

struct ParameterTraits {
  ParameterRole role = ParameterRole::kMatrix;
  // What Muon updates: the rows of each of the matrices that it consists of, one below the other;
  // the width is that of the shape. Empty: it is updated element by element.
  std::vector<int64_t> matrix_rows = {};
};

struct ParameterSlot {
  std::string name;
  Shape shape;
  bool decay;  // whether weight decay applies by default: matrices yes, norms and biases no
  ParameterTraits traits = {};
  int64_t offset = 0;
  int64_t count = 0;
  int64_t second_offset = 0;  // in the buffer of second moments

  [[nodiscard]] bool has_second_moment() const { return traits.matrix_rows.empty(); }

  // REQUIRES: it has one.
  template <typename T>
  [[nodiscard]] std::span<T> second_of(std::span<T> second_moments) const {
    return second_moments.subspan(static_cast<size_t>(second_offset), static_cast<size_t>(count));
  }

  template <typename T>
  [[nodiscard]] std::span<T> of(std::span<T> buffer) const {
    return buffer.subspan(static_cast<size_t>(offset), static_cast<size_t>(count));
  }
};

class ParameterLayout {
 public:
  ParameterLayout() = default;

  // The next parameter of the list. REQUIRES: the name is new, the shape has an element count, and
  // matrix_rows, if any, make up its rows.
  void add(std::string name, Shape shape, bool decay, ParameterTraits traits = {});

  // In the order in which they were added: the order of the sums over parameters.
  [[nodiscard]] std::span<const ParameterSlot> slots() const { return slots_; }

  // REQUIRES: there is one of that name.
  [[nodiscard]] const ParameterSlot& at(std::string_view name) const;

  // Of a buffer, the gaps included, and of that of second moments.
  [[nodiscard]] int64_t floats() const { return floats_; }

  [[nodiscard]] int64_t second_floats() const { return second_floats_; }

  // Of the parameters alone.
  [[nodiscard]] int64_t parameter_count() const;

 private:
  std::vector<ParameterSlot> slots_;
  int64_t floats_ = 0, second_floats_ = 0;
};

}  // namespace glass::engine

#include "glass/engine/train/training_state.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/optim/parameter_layout.h"

namespace glass::engine {
namespace {

constexpr int64_t kCopyGrain = 1 << 14;

void copy_floats(std::span<const float> from, std::span<float> to, Parallel& parallel) {
  GLASS_CHECK(from.size() == to.size());
  parallel.split(std::ssize(from), kCopyGrain, [&](int64_t begin, int64_t end, int) {
    std::copy(from.begin() + begin, from.begin() + end, to.begin() + begin);
  });
}

}  // namespace

TrainingState::TrainingState(const ParameterLayout& layout, int moments, bool has_average)
    : parameters(layout.floats()),
      first_moment(layout.floats()),
      second_moment(moments == 2 ? layout.second_floats() : 0),
      average(has_average ? layout.floats() : 0) {}

void copy_state(const TrainingState& from, TrainingState& to, Parallel& parallel) {
  to.progress = from.progress;
  copy_floats(from.parameters.span(), to.parameters.span(), parallel);
  copy_floats(from.first_moment.span(), to.first_moment.span(), parallel);
  copy_floats(from.second_moment.span(), to.second_moment.span(), parallel);
  copy_floats(from.average.span(), to.average.span(), parallel);
}

TensorDigests digests_of(std::span<const float> buffer, const ParameterLayout& layout,
                         std::string_view suffix, Parallel& parallel) {
  TensorDigests digests;
  for (const ParameterSlot& slot : layout.slots())
    digests.emplace(fmt::format("{}{}", slot.name, suffix),
                    crypto::sha256_chunked(as_bytes(slot.of(buffer)), parallel));
  return digests;
}

StateDigests digests_of(const TrainingState& state, const ParameterLayout& layout,
                        Parallel& parallel) {
  const auto of = [&](const FloatBuffer& buffer, std::string_view suffix) {
    return digests_of(buffer.span(), layout, suffix, parallel);
  };
  StateDigests digests = {.parameters = of(state.parameters, ""),
                          .optimizer = of(state.first_moment, ".m")};
  if (!state.average.span().empty()) digests.average = of(state.average, "");
  if (state.second_moment.span().empty()) return digests;
  for (const ParameterSlot& slot : layout.slots()) {
    if (slot.has_second_moment())
      digests.optimizer.emplace(
          slot.name + ".v",
          crypto::sha256_chunked(as_bytes(slot.second_of(state.second_moment.span())), parallel));
  }
  return digests;
}

TensorDigests digests_of(const std::map<std::string, ModelTensor>& tensors, Parallel& parallel) {
  TensorDigests digests;
  for (const auto& [name, tensor] : tensors)
    digests.emplace(
        name, crypto::sha256_chunked(as_bytes(std::span<const float>(tensor.values)), parallel));
  return digests;
}

Json to_json(const TensorDigests& digests) {
  Json::Object object;
  for (const auto& [name, digest] : digests) object.emplace(name, to_text(digest));
  return object;
}

crypto::Digest total(const TensorDigests& digests) {
  return crypto::sha256(to_canonical(to_json(digests)));
}

}  // namespace glass::engine

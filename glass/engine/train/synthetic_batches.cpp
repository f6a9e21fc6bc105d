#include "glass/engine/train/synthetic_batches.h"

#include <cstdint>

#include "glass/base/philox.h"
#include "glass/base/result.h"
#include "glass/data/loader/loader.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/train/batch_source.h"

namespace glass::engine {
namespace {

constexpr int64_t kBytesPerToken = 3;
constexpr int64_t kHeldOutStep = int64_t{1} << 40;  // beyond any training

// Tokens of one window, one after the other, and where its documents begin.
class Window {
 public:
  Window(int64_t vocabulary, uint64_t seed, uint64_t stream)
      : vocabulary_(vocabulary), seed_(seed), stream_(stream) {}

  int32_t next() {
    const PhiloxBlock draw = random_block(seed_, Purpose::kDocumentOrder, stream_, at_++);
    if (left_ == 0) {
      left_ = 20 + draw[0] % 100;
      return last_ = 0;
    }
    --left_;
    const bool surprise = draw[1] % 4 == 0;
    const int64_t follows = surprise ? int64_t{draw[2]} : int64_t{last_} * 5 + 7;
    last_ = static_cast<int32_t>(1 + follows % (vocabulary_ - 1));
    return last_;
  }

 private:
  int64_t vocabulary_;
  uint64_t seed_, stream_;
  uint64_t at_ = 0;
  uint32_t left_ = 0;
  int32_t last_ = 0;
};

void fill_sequence(Window window, int64_t positions, data::Batch& out) {
  int32_t token = window.next();
  int32_t first_key = 0;
  for (int64_t i = 0; i < positions; ++i) {
    const auto at = static_cast<int32_t>(i);
    if (token == 0) first_key = at;
    out.token_N.push_back(token);
    out.position_N.push_back(at - first_key);
    out.first_key.push_back(first_key);
    token = window.next();
    out.target_N.push_back(token);
  }
}

}  // namespace

BatchSource synthetic_batches(const BatchShape& shape, int64_t vocabulary, uint64_t seed) {
  return [shape, vocabulary, seed](int64_t step, int64_t micro, data::Batch& out) -> Status {
    out = {};
    for (int64_t sequence = 0; sequence < shape.sequences; ++sequence) {
      const auto stream = static_cast<uint64_t>((step * 1000 + micro) * 1000 + sequence);
      fill_sequence(Window(vocabulary, seed, stream), shape.positions, out);
    }
    return {};
  };
}

HeldOutSource synthetic_held_out(const BatchShape& shape, int64_t vocabulary, uint64_t seed,
                                 int64_t batches) {
  const BatchSource source = synthetic_batches(shape, vocabulary, seed);
  return {.batches = batches,
          .batch = [source](int64_t index,
                            data::Batch& out) { return source(kHeldOutStep, index, out); },
          .size_of =
              [](const data::Batch& batch) {
                const int64_t targets = count_targets(batch);
                return data::HeldOutLoader::Size{
                    .targets = targets,
                    .text_bytes = static_cast<uint64_t>(targets * kBytesPerToken)};
              }};
}

}  // namespace glass::engine

#include "glass/engine/train/batch_source.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/loader/loader.h"

namespace glass::engine {
namespace {

struct Range {
  std::string_view what;
  int64_t low, high;  // both allowed
};

Status check_values(const std::vector<int32_t>& values, size_t rows, const Range& range) {
  if (values.size() != rows)
    return fail(ErrorCode::kCorruption,
                fmt::format("a batch has {} {}s, expected {}", values.size(), range.what, rows));
  for (const int32_t value : values) {
    if (value < range.low || value > range.high)
      return fail(ErrorCode::kCorruption, fmt::format("a batch has {} {}, allowed are {} to {}",
                                                      range.what, value, range.low, range.high));
  }
  return {};
}

}  // namespace

BatchSource batches_of(const data::Loader& loader) {
  return [&loader](int64_t step, int64_t micro, data::Batch& out) {
    return loader.batch(step, micro, out);
  };
}

HeldOutSource held_out_of(const data::HeldOutLoader& loader) {
  return {.batches = loader.batches(),
          .batch = [&loader](int64_t index, data::Batch& out) { return loader.batch(index, out); },
          .size_of = [&loader](const data::Batch& batch) { return loader.size_of(batch); }};
}

Status check_batch(const data::Batch& batch, int64_t sequences, int64_t positions,
                   int64_t vocabulary) {
  const auto rows = static_cast<size_t>(sequences * positions);
  GLASS_TRY_STATUS(
      check_values(batch.token_N, rows, {.what = "token", .low = 0, .high = vocabulary - 1}));
  GLASS_TRY_STATUS(
      check_values(batch.target_N, rows, {.what = "target", .low = -1, .high = vocabulary - 1}));
  GLASS_TRY_STATUS(
      check_values(batch.position_N, rows, {.what = "position", .low = 0, .high = positions - 1}));
  return check_values(batch.first_key, rows,
                      {.what = "first key", .low = 0, .high = positions - 1});
}

int64_t count_targets(const data::Batch& batch) {
  return std::ranges::count_if(batch.target_N, [](int32_t target) { return target >= 0; });
}

crypto::Digest digest_of(const data::Batch& batch) {
  crypto::Sha256 hash;
  for (const auto* const part :
       {&batch.token_N, &batch.target_N, &batch.position_N, &batch.first_key})
    hash.update(as_bytes(std::span<const int32_t>(*part)));
  hash.update(as_bytes(std::span<const data::PreferencePair>(batch.pairs)));
  return hash.finish();
}

}  // namespace glass::engine

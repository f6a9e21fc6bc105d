#include "glass/record/evidence/replay_choice.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/philox.h"
#include "glass/crypto/sha256.h"

namespace glass::record {

std::vector<ReplaySegment> draw_segments(std::vector<int64_t> starts, int64_t count, int64_t length,
                                         int64_t steps, uint64_t seed) {
  std::vector<ReplaySegment> segments;
  const auto wanted = std::min<size_t>(static_cast<size_t>(count), starts.size());
  for (uint64_t i = 0; i < wanted; ++i) {
    const uint64_t rest = starts.size() - i;
    std::swap(starts[i], starts[i + random_below(seed, Purpose::kReplayChoice, 0, i, rest)]);
    segments.push_back({starts[i], std::min(starts[i] + length, steps)});
  }
  return segments;
}

int64_t steps_in(std::vector<ReplaySegment> segments) {
  std::ranges::sort(segments, {}, &ReplaySegment::begin);
  int64_t steps = 0, end = 0;
  for (const ReplaySegment& one : segments) {
    steps += std::max<int64_t>(one.end - std::max(one.begin, end), 0);
    end = std::max(end, one.end);
  }
  return steps;
}

uint64_t challenge_seed(const crypto::Digest& run, std::string_view note) {
  const std::string text =
      "glassworks challenge 1\n" + crypto::to_text(run) + "\n" + std::string(note);
  return load_big_endian<uint64_t>(crypto::sha256(text).bytes.data()) >> 11;
}

double caught_share(int64_t starts, int64_t drawn, double forged) {
  const auto bad = static_cast<int64_t>(std::ceil(forged * static_cast<double>(starts)));
  double all_good = 1;
  for (int64_t i = 0; i < drawn; ++i)
    all_good *= static_cast<double>(std::max<int64_t>(starts - bad - i, 0)) /
                static_cast<double>(starts - i);
  return 1 - all_good;
}

}  // namespace glass::record

#include "glass/base/shuffle.h"

#include <numeric>
#include <utility>
#include <vector>

#include "glass/base/philox.h"

namespace glass {

std::vector<uint64_t> shuffled(uint64_t count, uint64_t seed, Purpose purpose, uint64_t stream) {
  std::vector<uint64_t> order(count);
  std::iota(order.begin(), order.end(), uint64_t{0});
  for (uint64_t i = count; i-- > 1;)
    std::swap(order[i], order[random_below(seed, purpose, stream, i, i + 1)]);
  return order;
}

}  // namespace glass

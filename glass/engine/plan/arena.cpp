#include "glass/engine/plan/arena.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "glass/base/result.h"
#include "glass/system/large_memory.h"

namespace glass::engine {

Result<std::shared_ptr<Arena>> Arena::allocate(size_t bytes) {
  GLASS_TRY(system::LargeMemory memory, system::LargeMemory::allocate(std::max<size_t>(bytes, 1)));
  return std::shared_ptr<Arena>(new Arena(std::move(memory)));
}

}  // namespace glass::engine

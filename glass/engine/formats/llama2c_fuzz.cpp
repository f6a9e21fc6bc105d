#include <cstddef>
#include <cstdint>

#include "glass/base/check.h"
#include "glass/engine/formats/llama2c.h"

// A model that is accepted is no larger than its file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glass::engine;
  if (const auto model = parse_llama2c({data, size})) {
    size_t bytes = 0;
    for (const auto& [name, tensor] : model->tensors) bytes += tensor.values.size() * sizeof(float);
    GLASS_CHECK(bytes <= size);
  }
  return 0;
}

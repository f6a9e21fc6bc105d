// Whatever is accepted can be read whole, and its tensors hold no more than the file justifies.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "glass/base/check.h"
#include "glass/engine/formats/gguf.h"
#include "glass/engine/tensor/shape.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glass::engine;
  const auto gguf = Gguf::parse({data, size});
  if (!gguf) return 0;
  for (const auto& [name, tensor] : gguf->tensors()) {
    const auto count = element_count(tensor.shape);
    GLASS_CHECK(count && static_cast<uint64_t>(*count) <= 8 * size);
    std::vector<float> out(static_cast<size_t>(*count));
    GLASS_CHECK(gguf->copy_floats(name, tensor.shape, out).has_value());
  }
  return 0;
}

#include <cstddef>
#include <cstdint>

#include "glass/base/check.h"
#include "glass/engine/formats/safetensors.h"

// Whatever is accepted lies inside the bytes given.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto parsed = glass::engine::Safetensors::parse({data, size});
  if (!parsed) return 0;
  for (const auto& [name, tensor] : parsed->tensors()) {
    if (tensor.bytes.empty()) continue;
    GLASS_CHECK(tensor.bytes.data() >= data &&
                tensor.bytes.data() + tensor.bytes.size() <= data + size);
  }
  return 0;
}

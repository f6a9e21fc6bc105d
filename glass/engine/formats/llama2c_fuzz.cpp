#include <cstddef>
#include <cstdint>

#include "glass/base/check.h"
#include "glass/engine/formats/llama2c.h"

// A model that is accepted is no larger than its file; a vocabulary gives text for every token.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glass::engine;
  if (const auto model = parse_llama2c({data, size})) {
    size_t bytes = 0;
    for (const auto& [name, tensor] : model->tensors) bytes += tensor.values.size() * sizeof(float);
    GLASS_CHECK(bytes <= size);
  }
  if (const auto vocabulary = Llama2cVocabulary::parse({data, size}, 3)) {
    for (int32_t token = 0; token < 3; ++token)
      GLASS_CHECK(vocabulary->text(Llama2cVocabulary::kBegin, token).size() <= size);
  }
  return 0;
}

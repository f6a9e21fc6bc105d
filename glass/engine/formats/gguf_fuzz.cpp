// Whatever is accepted can be read whole, and its tensors hold no more than the file justifies; a
// model that is read out of it can be written, and is the same model then.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "glass/base/check.h"
#include "glass/engine/formats/gguf.h"
#include "glass/engine/formats/gguf_config.h"
#include "glass/engine/formats/gguf_model.h"
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
  const auto model = model_from_gguf(*gguf);
  if (!model) return 0;
  // What another program rounded or left out may be refused on writing, by name.
  const ModelFamily& family = *gguf_family(gguf->keys()).value();
  const auto keys = gguf_keys(family, model->config);
  if (!keys) return 0;
  const GgufFacts facts = {.vocabulary = model->config.vocabulary,
                           .tied_embeddings = model->config.tied_embeddings,
                           .rope_factors = gguf_rope_factors(model->config)};
  GLASS_CHECK(config_from_gguf(family, *keys, facts).value() == model->config);
  return 0;
}

#include <cstddef>
#include <cstdint>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/engine/formats/huggingface.h"

// A config that is accepted describes a model that is written out and read back as the same one.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glass;
  const auto config = parse_json(as_text({data, size}));
  if (!config) return 0;
  const auto sizes = engine::sizes_of_huggingface(*config);
  if (!sizes) return 0;
  const auto again = engine::sizes_of_huggingface(engine::huggingface_config(*sizes, {}));
  GLASS_CHECK(again && *again == *sizes);
  return 0;
}

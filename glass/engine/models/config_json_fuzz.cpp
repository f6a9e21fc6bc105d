#include <cstddef>
#include <cstdint>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/models/family.h"

// Whatever is accepted can be written and is read as the same decoder; a small one has parameters.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glass;  // NOLINT(google-build-using-namespace)
  const auto json = parse_json(as_text({data, size}));
  if (!json) return 0;
  const auto family = engine::hugging_face_family(*json);
  if (!family) return 0;
  const auto config = (*family)->from_hugging_face(*json);
  if (!config) return 0;
  const auto again = (*family)->from_hugging_face((*family)->to_hugging_face(*config));
  GLASS_CHECK(again && *again == *config);
  constexpr int64_t kManyLayers = 100;  // each takes its time
  if (config->n_layers > kManyLayers) return 0;
  const auto parameters = engine::parameters(*config);
  GLASS_CHECK(parameters && engine::parameter_count(*parameters) > 0);
  return 0;
}

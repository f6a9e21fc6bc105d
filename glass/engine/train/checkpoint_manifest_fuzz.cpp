#include <cstddef>
#include <cstdint>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/engine/train/manifest.h"

// What is accepted is exactly what would be written.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glass;
  const auto manifest = engine::parse_manifest(as_text({data, size}));
  if (manifest) GLASS_CHECK(engine::manifest_text(*manifest) == as_text({data, size}));
  return 0;
}

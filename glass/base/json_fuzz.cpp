// Whatever the reader accepts has one canonical text, and both writers are read back as the value.
#include <cstddef>
#include <cstdint>
#include <string>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto value = glass::parse_json(glass::as_text({data, size}));
  if (!value) return 0;
  const std::string canonical = glass::to_canonical(*value);
  const auto again = glass::parse_json(canonical);
  GLASS_CHECK(again && *again == *value && glass::to_canonical(*again) == canonical);
  const auto pretty = glass::parse_json(glass::to_pretty(*value));
  GLASS_CHECK(pretty && *pretty == *value);
  return 0;
}

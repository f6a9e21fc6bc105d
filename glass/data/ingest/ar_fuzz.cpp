// Any bytes: members lie inside the archive, or there is an error.
#include <cstddef>
#include <cstdint>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/data/ingest/archive.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto members = glass::data::read_ar({data, size});
  if (!members) return 0;
  size_t sum = 0;
  for (const auto& member : *members) sum += member.content.size();
  GLASS_CHECK(sum <= size);
  return 0;
}

// Any bytes: a package within its limit, or an error; compressed members included.
#include <cstddef>
#include <cstdint>

#include "glass/base/check.h"
#include "glass/data/ingest/deb.h"
#include "glass/data/ingest/decompress.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using glass::data::Compression;
  constexpr uint64_t kLimit = 1 << 20;
  if (const auto package = glass::data::read_deb({data, size}, kLimit)) {
    GLASS_CHECK(package->data->size() <= kLimit);
    GLASS_CHECK(!package->name().empty() || package->control.find("Package")->empty());
  }
  for (const auto compression : {Compression::kGzip, Compression::kXz, Compression::kZstd}) {
    const auto bytes = glass::data::decompress(compression, {data, size}, kLimit);
    GLASS_CHECK(!bytes || bytes->size() <= kLimit);
  }
  return 0;
}

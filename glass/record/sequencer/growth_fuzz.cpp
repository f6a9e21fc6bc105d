// Whatever is accepted as a staged growth is written back as exactly the same bytes. The digest at
// its end is made right first: else no input would get behind it.
#include <cstddef>
#include <cstdint>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/crypto/sha256.h"
#include "glass/record/sequencer/growth.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  glass::Bytes bytes(data, data + size);
  const auto digest = glass::crypto::sha256(bytes);
  bytes.insert(bytes.end(), digest.bytes.begin(), digest.bytes.end());
  if (const auto growth = glass::record::parse_growth(bytes))
    GLASS_CHECK(glass::record::to_bytes(*growth) == bytes);
  return 0;
}

// Any bytes, as they are and with the checksum of the first header made right: entries lie inside
// the archive and their paths do not lead out of it, or there is an error.
#include <cstddef>
#include <cstdint>
#include <string>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/data/ingest/archive.h"
#include "glass/data/ingest/deb_fixture.h"

namespace {

void read(glass::ByteView bytes) {
  const auto entries = glass::data::read_tar(bytes);
  if (!entries) return;
  for (const auto& entry : *entries) {
    GLASS_CHECK(entry.content.size() <= bytes.size());
    GLASS_CHECK(!entry.path.starts_with("../") && !entry.path.starts_with('/'));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  read({data, size});
  std::string bytes(glass::as_text({data, size}));
  for (size_t at = 0; at + 512 <= bytes.size(); at += 512) {
    std::string header = bytes.substr(at, 512);
    glass::data::fixture::seal(header);
    bytes.replace(at, 512, header);
  }
  read(glass::as_bytes(bytes));
  return 0;
}

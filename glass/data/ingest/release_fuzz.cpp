// Any bytes: as a signed message, as a release file, as the answers of gpgv and apt.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/data/ingest/apt.h"
#include "glass/data/ingest/release.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = glass::as_text({data, size});
  if (const auto message = glass::data::clearsigned_text(text))
    GLASS_CHECK(message->size() <= size);
  if (const auto release = glass::data::parse_release(text))
    GLASS_CHECK(release->indexes.size() <= size);
  if (const auto signatures = glass::data::parse_gpgv_status(text))
    GLASS_CHECK(!signatures->empty());
  if (const auto downloads = glass::data::parse_print_uris(text))
    GLASS_CHECK(downloads->size() <= size);
  GLASS_CHECK(glass::data::decode_percent(text).size() <= size);
  return 0;
}

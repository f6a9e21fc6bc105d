// Whatever is accepted as a request is written back as exactly the same bytes.
#include <cstddef>
#include <cstdint>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/record/witness/witness_request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = glass::as_text({data, size});
  if (const auto request = glass::record::parse_witness_request(text))
    GLASS_CHECK(glass::record::to_text(*request) == text);
  return 0;
}

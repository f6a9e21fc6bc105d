// Any bytes: the text is not longer than the page and has no empty lines.
#include <cstddef>
#include <cstdint>
#include <string>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/data/ingest/text_rule.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text = glass::data::roff_text(glass::as_text({data, size}));
  GLASS_CHECK(text.size() <= size + 1);
  GLASS_CHECK(text.empty() || (text.front() != '\n' && text.back() == '\n'));
  GLASS_CHECK(text.find("\n\n") == std::string::npos);
  return 0;
}

// Any bytes: the text has no line without characters and none that ends in a blank.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/data/ingest/text_rule.h"

namespace {

void check(std::string_view text, size_t size) {
  GLASS_CHECK(text.size() <= size + 1);
  GLASS_CHECK(text.empty() || (text.front() != '\n' && text.back() == '\n'));
  GLASS_CHECK(text.find("\n\n") == std::string_view::npos);
  GLASS_CHECK(text.find(" \n") == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view markup = glass::as_text({data, size});
  check(glass::data::html_text(markup), size);
  check(glass::data::mallard_text(markup), size);
  return 0;
}

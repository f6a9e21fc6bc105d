// What is accepted as a statement is written back as exactly the same bytes.
#include <cstddef>
#include <cstdint>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/record/evidence/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = glass::as_text({data, size});
  const auto statement = glass::record::parse_statement(text);
  if (statement) {
    GLASS_CHECK(glass::record::to_text(*statement) == text);
    (void)glass::record::verify(*statement).has_value();  // any answer, but no crash
  }
  return 0;
}

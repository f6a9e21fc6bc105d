// Any bytes: the reader answers with paragraphs or an error, and take_paragraph() loses nothing.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/data/deb822/deb822.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = glass::as_text({data, size});
  if (const auto stanzas = glass::data::parse_stanzas(text)) {
    for (const auto& stanza : *stanzas) {
      GLASS_CHECK(!stanza.fields.empty());
      for (const auto& field : stanza.fields) GLASS_CHECK(stanza.find(field.name) == &field.value);
    }
  }
  std::string_view rest = text;
  size_t taken = 0;
  while (!rest.empty()) taken += glass::data::take_paragraph(rest).size();
  GLASS_CHECK(taken <= size);
  return 0;
}

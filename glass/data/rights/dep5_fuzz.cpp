// Any bytes: free text, an error, or stanzas whose licences all have an SPDX form that parses.
#include <cstddef>
#include <cstdint>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/data/rights/dep5.h"
#include "glass/data/rights/spdx.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto file = glass::data::parse_dep5(glass::as_text({data, size}));
  if (!file || !*file) return 0;
  for (const auto& stanza : (*file)->stanzas) {
    const auto licence = glass::data::dep5_licence(stanza.licence, "pkg", {});
    const auto text = glass::data::to_text(licence);
    GLASS_CHECK(text.size() > 4096 || glass::data::parse_spdx(text).has_value());
    for (const auto& pattern : stanza.patterns) glass::data::dep5_matches(pattern, pattern);
  }
  const auto* stanza = (*file)->stanza_of("usr/share/doc/x");
  GLASS_CHECK(stanza == nullptr || stanza->line > 0);
  return 0;
}

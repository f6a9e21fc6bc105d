// Any bytes: an error, or a conversation or preference whose kept form is read back as it was.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/data/ingest/conversation.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text = glass::as_text({bytes, size});
  const auto json = glass::parse_json(text);
  if (!json) return 0;
  if (const auto conversation = glass::data::conversation_of(*json)) {
    GLASS_CHECK(glass::data::conversation_from_text(glass::data::to_text(*conversation)) ==
                conversation);
  }
  if (const auto preference = glass::data::preference_of(*json)) {
    GLASS_CHECK(preference->chosen != preference->rejected);
    GLASS_CHECK(glass::data::preference_from_text(glass::data::to_text(*preference)) == preference);
  }
  return 0;
}

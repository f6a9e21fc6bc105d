// Whatever the bytes, reading a release.toml ends in answers or in a message, and answers that were
// read are those of the questions about them.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/check.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/service/recipe/release_toml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto answers = glass::service::read_release_toml(text, "release.toml");
  if (!answers) return 0;
  glass::record::ReleaseFacts facts;
  facts.answers = *answers;
  const std::string questions = glass::service::release_questions(facts);
  const auto again = glass::service::read_release_toml(questions, "release.toml");
  GLASS_CHECK(again.has_value());
  facts.answers = *again;
  GLASS_CHECK(glass::service::release_questions(facts) == questions);
  return 0;
}

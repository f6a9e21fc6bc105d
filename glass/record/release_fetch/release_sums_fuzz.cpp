// Any bytes: an error that names a line, or files whose names stay below the folder, each once.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/plain_path.h"
#include "glass/base/result.h"
#include "glass/record/release_fetch/release_sums.h"
#include "glass/record/release_fetch/release_url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto listed = glass::record::parse_release_sums(glass::as_text({data, size}));
  if (!listed) {
    GLASS_CHECK(listed.error().message.starts_with("line "));
    return 0;
  }
  std::set<std::string_view> names;
  std::string text;
  for (const auto& [file, digest] : *listed) {
    GLASS_CHECK(glass::is_printable_path(file) && file.front() != '.');
    GLASS_CHECK(names.insert(file).second);
    GLASS_CHECK(glass::record::file_url("https://x", file).find_first_of(" ?#") ==
                std::string::npos);
    text += glass::to_hex(digest.bytes) + "  " + file + "\n";
  }
  GLASS_CHECK(text == glass::as_text({data, size}));
  return 0;
}

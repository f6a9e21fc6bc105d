// Whatever is accepted as the file of a journal is its lines, each with a line feed.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/journal/journal_file.h"
#include "glass/record/journal/journal_line.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text, last;
  int64_t count = 0;
  const auto head =
      glass::record::split_journal({data, size}, [&](int64_t number, std::string_view line) {
        GLASS_CHECK(number == count++ && glass::record::expect_journal_line(line));
        last = line;
        text += last + "\n";
        return glass::Status();
      });
  if (!head) {
    GLASS_CHECK(head.error().message.starts_with("line "));
    return 0;
  }
  GLASS_CHECK(text == glass::as_text({data, size}));
  GLASS_CHECK(head->count == count && head->digest == glass::crypto::sha256(last));
  return 0;
}

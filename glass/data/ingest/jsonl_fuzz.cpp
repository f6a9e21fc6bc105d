// Any bytes: records with rising line numbers and valid UTF-8, or an error that names a line.
#include <cstddef>
#include <cstdint>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/utf8.h"
#include "glass/data/ingest/jsonl.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uint64_t last = 0;
  const glass::data::JsonlFields fields{
      .text = "text", .id = "id", .licence = "licence", .language = "language"};
  const auto status = glass::data::read_jsonl(glass::as_text({data, size}), fields,
                                              [&](const glass::data::JsonlRecord& record) {
                                                GLASS_CHECK(record.line > last);
                                                GLASS_CHECK(glass::is_utf8(record.text));
                                                last = record.line;
                                                return glass::Status{};
                                              });
  GLASS_CHECK(status.has_value() || status.error().message.starts_with("line "));
  return 0;
}

// Whatever is accepted as a note, checkpoint or proof is written back as exactly the same bytes.
#include <cstddef>
#include <cstdint>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/record/tlog/tile.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace glass::record;
  const std::string_view text = glass::as_text({data, size});
  if (const auto note = parse_note(text)) GLASS_CHECK(to_text(*note) == text);
  if (const auto proof = parse_proof_file(text)) GLASS_CHECK(to_text(*proof) == text);
  if (const auto key = note_key_from_text(text)) GLASS_CHECK(to_text(*key) == text);
  if (const auto tile = tile_from_path(text)) GLASS_CHECK(path_of(*tile) == text);
  if (const auto checkpoint = parse_checkpoint(text)) {
    const std::string again = to_text(*checkpoint);  // extension lines may follow
    GLASS_CHECK(text.substr(0, again.size()) == again);
  }
  for (const int width : {1, 2, 256}) (void)entries_of({data, size}, width).has_value();
  return 0;
}

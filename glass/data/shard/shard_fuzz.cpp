// A shard is refused with a message, or every document and token of it can be read. The first byte
// chooses between the reader of shards and that of manifests.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/data/shard/internal/manifest.h"
#include "glass/data/shard/internal/shard_format.h"

using namespace glass;
using namespace glass::data;

namespace {

void read_every_token(const ShardView& view) {
  uint64_t tokens = 0;
  std::vector<TokenId> ids;
  for (uint64_t i = 0; i < view.counts().documents; ++i) {
    GLASS_CHECK(view.entry(i).first_token == tokens);
    ids.resize(view.end_token(i) - tokens);
    if (view.copy_tokens(tokens, ids)) {
      for (const TokenId id : ids)
        GLASS_CHECK(id >= 0 && static_cast<uint32_t>(id) < view.vocabulary_size());
    }
    tokens = view.end_token(i);
  }
  GLASS_CHECK(tokens == view.counts().tokens);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  if (data[0] == 'M') {
    const auto manifest = read_manifest(as_text(bytes), "fuzz");
    if (manifest) {
      const auto again = read_manifest(to_canonical(to_json(*manifest)), "fuzz");
      GLASS_CHECK(again && *again == *manifest);
    }
    return 0;
  }
  const auto view = ShardView::parse(bytes, "fuzz");
  if (view) read_every_token(*view);
  return 0;
}

// Any bytes, as they are and with the index's digest made right: every document of a store that
// opens can be read, or opening is an error.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/document_store.h"

namespace {

class Memory final : public glass::system::MappedFile {
 public:
  explicit Memory(glass::Bytes bytes) : bytes_(std::move(bytes)) {}

  [[nodiscard]] glass::ByteView bytes() const override { return bytes_; }

 private:
  glass::Bytes bytes_;
};

void read(glass::Bytes bytes) {
  const size_t size = bytes.size();
  const auto store =
      glass::data::DocumentStore::read(std::make_unique<Memory>(std::move(bytes)), "fuzz");
  if (!store) return;
  size_t sum = 0;
  for (uint64_t id = 0; id < store->size(); ++id) {
    const auto document = store->document(id);
    for (const char c : document.text) sum += c != 0 ? 1 : 0;
    sum += document.path.size();
  }
  GLASS_CHECK(sum <= 2 * size);
}

// Footer: count, text end, records end, paths end (u64 each), digest, 26 bytes of magic.
constexpr size_t kFooterBytes = 4 * 8 + 32 + 26;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  glass::Bytes bytes(data, data + size);
  read(bytes);
  if (size < kFooterBytes) return 0;
  uint8_t* const footer = bytes.data() + size - kFooterBytes;
  const auto text_end = glass::load_little_endian<uint64_t>(footer + 8);
  if (text_end > size - kFooterBytes) return 0;
  const auto digest = glass::crypto::sha256(
      glass::ByteView(bytes).subspan(text_end, size - kFooterBytes - text_end));
  std::memcpy(footer + 32, digest.bytes.data(), 32);
  read(std::move(bytes));
  return 0;
}

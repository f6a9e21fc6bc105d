#include "glass/crypto/sealing.h"

#include <array>
#include <cstdint>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/testkit/test_keys.h"

namespace glass::crypto {
namespace {

SealingKey key_of(uint8_t number) {
  std::array<uint8_t, 32> bytes{};
  bytes.fill(number);
  return SealingKey::from_bytes(bytes);
}

Bytes text_of(size_t size) {
  Bytes text(size);
  for (size_t i = 0; i < size; ++i) text[i] = static_cast<uint8_t>(i * 31 + i / 251);
  return text;
}

Bytes sealed(ByteView text, size_t part = SIZE_MAX) {
  Sealer sealer(key_of(1), "run/model");
  Bytes file;
  for (size_t at = 0; at < text.size(); at += part) {
    const Bytes more = sealer.add(text.subspan(at, std::min(part, text.size() - at)));
    file.insert(file.end(), more.begin(), more.end());
    if (part == SIZE_MAX) break;
  }
  const Bytes rest = sealer.finish();
  file.insert(file.end(), rest.begin(), rest.end());
  return file;
}

TEST(Sealing, OpensWhatWasSealed) {
  for (const size_t size : {size_t{0}, size_t{1}, kSealedChunk - 1, kSealedChunk, kSealedChunk + 1,
                            3 * kSealedChunk, 3 * kSealedChunk + 5}) {
    const Bytes text = text_of(size);
    for (const size_t part : {SIZE_MAX, size_t{1000}, kSealedChunk}) {
      const Bytes file = sealed(text, part);
      EXPECT_TRUE(is_sealed(file));
      EXPECT_EQ(opened_bytes(file.size()), size);
      const auto opened = open_sealed(file, key_of(1), "run/model");
      ASSERT_TRUE(opened) << size;
      EXPECT_EQ(*opened, text) << size;
    }
  }
}

TEST(Sealing, ShowsNothingOfTheText) {
  const Bytes text(4 * kSealedChunk, 'a');
  const Bytes file = sealed(text);
  int64_t same = 0;
  for (size_t i = 1; i < file.size(); ++i) same += file[i] == 'a' && file[i - 1] == 'a' ? 1 : 0;
  EXPECT_LT(same, 100);
  EXPECT_NE(sealed(text), file) << "twice the same text is two files";
}

TEST(Sealing, IsBrokenByAnyChange) {
  const Bytes good = sealed(text_of(2 * kSealedChunk + 9));
  const auto broken = [](const Bytes& file) {
    return !open_sealed(file, key_of(1), "run/model").has_value();
  };
  for (size_t at = 0; at < good.size(); at += good.size() / 40) {
    Bytes file = good;
    file[at] ^= 4;
    EXPECT_TRUE(broken(file)) << at;
  }
  for (const size_t size : {size_t{0}, size_t{8}, size_t{32}, size_t{49}, 32 + kSealedChunk + 17,
                            32 + 2 * (kSealedChunk + 17), good.size() - 1}) {
    EXPECT_TRUE(broken(Bytes(good.begin(), good.begin() + static_cast<int64_t>(size)))) << size;
  }
  Bytes swapped = good;  // the two whole chunks
  std::swap_ranges(swapped.begin() + 32, swapped.begin() + 32 + 65553,
                   swapped.begin() + 32 + 65553);
  EXPECT_TRUE(broken(swapped));
  EXPECT_FALSE(open_sealed(good, key_of(2), "run/model"));
  EXPECT_FALSE(open_sealed(good, key_of(1), "run/optimizer"));
}

TEST(Sealing, GivesItsKeyToTheNamedReaderAlone) {
  const SecretKey reader = testkit::key_number(1), other = testkit::key_number(2);
  Bytes box = seal_key(key_of(7), reader.public_key());
  EXPECT_EQ(box.size(), 80U);
  const auto opened = open_key(box, reader);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->bytes(), key_of(7).bytes());
  EXPECT_EQ(open_key(box, other).error().code, ErrorCode::kRefused);
  box[40] ^= 1;
  EXPECT_FALSE(open_key(box, reader));
  EXPECT_FALSE(open_key(Bytes(79), reader));
}

}  // namespace
}  // namespace glass::crypto

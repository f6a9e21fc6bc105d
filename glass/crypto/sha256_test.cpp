#include "glass/crypto/sha256.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/system/thread_pool.h"

namespace glass::crypto {
namespace {

// The examples of FIPS 180-4 and NIST's "SHA-256 short and long messages".
TEST(Sha256, ExamplesOfNist) {
  EXPECT_EQ(to_text(sha256("")),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_text(sha256("abc")),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_text(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(to_text(sha256(std::string(1'000'000, 'a'))),
            "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(to_text(sha256("\xbd")),
            "sha256:68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b");
}

RC_GTEST_PROP(Sha256, PartsGiveTheDigestOfTheWhole, (const Bytes& bytes, uint8_t cut)) {
  const size_t at = bytes.empty() ? 0 : cut % bytes.size();
  Sha256 hash;
  hash.update(ByteView(bytes).first(at));
  hash.update(ByteView(bytes).subspan(at));
  RC_ASSERT(hash.finish() == sha256(bytes));
  hash.update(bytes);  // it starts anew
  Sha256 moved = std::move(hash);
  RC_ASSERT(moved.finish() == sha256(bytes));
}

TEST(Digest, TextIsReadBackAndNothingElse) {
  const Digest digest = sha256("abc");
  const std::string text = to_text(digest);
  EXPECT_EQ(digest_from_text(text).value(), digest);
  std::string upper = text;
  upper[8] = 'A';
  for (const std::string& bad : {std::string(), text.substr(7), text + "0", text + "00",
                                 text.substr(0, 70), "sha512:" + text.substr(7), upper}) {
    ASSERT_FALSE(digest_from_text(bad)) << bad;
    EXPECT_EQ(digest_from_text(bad).error().message,
              "a digest is \"sha256:\" and 64 lower-case hexadecimal digits");
  }
}

TEST(Sha256Chunked, IsTheDigestOfTheDigestsOfMebibytes) {
  constexpr size_t kMebibyte = size_t{1} << 20;
  SerialParallel serial;
  for (const size_t size :
       {size_t{0}, size_t{1}, kMebibyte - 1, kMebibyte, kMebibyte + 1, 3 * kMebibyte + 12345}) {
    Bytes bytes(size);
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i * 7 + i / 1000);
    std::string digests;
    for (size_t at = 0; at < size; at += kMebibyte) {
      digests += as_text(sha256(ByteView(bytes).subspan(at, std::min(kMebibyte, size - at))).bytes);
    }
    const Digest expected = sha256(digests);
    EXPECT_EQ(sha256_chunked(bytes, serial), expected) << size;
    for (const int workers : {2, 3}) {
      system::ThreadPool pool(workers);
      EXPECT_EQ(sha256_chunked(bytes, pool), expected) << size << ' ' << workers;
    }
  }
}

}  // namespace
}  // namespace glass::crypto

#include "glass/crypto/keyed.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::crypto {
namespace {

// RFC 4231, test cases 1, 2 and 6.
TEST(KeyedDigest, IsThatOfTheStandard) {
  EXPECT_EQ(to_hex(keyed_digest(Bytes(20, 0x0b), as_bytes("Hi There")).bytes),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(keyed_digest(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")).bytes),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(keyed_digest(Bytes(131, 0xaa),
                                as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))
                       .bytes),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(DerivedKey, IsAnotherForEachUse) {
  const SymmetricKey key = random_key();
  EXPECT_EQ(derived_key(key, "one"), derived_key(key, "one"));
  EXPECT_NE(derived_key(key, "one"), derived_key(key, "other"));
  EXPECT_NE(derived_key(key, "one"), key);
  EXPECT_NE(random_key(), key);
}

TEST(Seal, IsReadWithItsKeyAlone) {
  const SymmetricKey key = random_key();
  const std::string_view text = "somebody@example.org";
  const Bytes sealed = seal(key, as_bytes(text));
  EXPECT_EQ(sealed.size(), text.size() + 40);
  EXPECT_EQ(as_text(sealed).find("somebody"), std::string_view::npos);
  EXPECT_EQ(as_text(unseal(key, sealed).value()), text);
  EXPECT_NE(seal(key, as_bytes(text)), sealed) << "the nonce is drawn anew";
  EXPECT_EQ(unseal(random_key(), sealed).error().code, ErrorCode::kMismatch);
  for (const size_t at : {size_t{0}, size_t{30}, sealed.size() - 1}) {
    Bytes changed = sealed;
    changed[at] ^= 1;
    EXPECT_FALSE(unseal(key, changed)) << at;
  }
  EXPECT_FALSE(unseal(key, ByteView(sealed).first(39)));
  EXPECT_TRUE(unseal(key, seal(key, {})).value().empty());
}

}  // namespace
}  // namespace glass::crypto

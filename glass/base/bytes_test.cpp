#include "glass/base/bytes.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace glass {
namespace {

TEST(Hex, IsLowerCaseAndInOrder) {
  EXPECT_EQ(to_hex(Bytes{0x00, 0x9A, 0xFF}), "009aff");
  EXPECT_EQ(to_hex({}), "");
}

TEST(Hex, RefusesWhatItWouldNotWrite) {
  EXPECT_EQ(from_hex("abc").error().message, "hexadecimal text has an odd number of digits (3)");
  EXPECT_EQ(from_hex("abcX").error().message,
            "position 4 of the hexadecimal text is none of 0-9 and a-f");
  EXPECT_FALSE(from_hex("AB"));
  EXPECT_FALSE(from_hex(" a"));
}

RC_GTEST_PROP(Hex, IsReadBack, (const Bytes& bytes)) {
  RC_ASSERT(from_hex(to_hex(bytes)).value() == bytes);
}

TEST(LittleEndian, LowByteFirst) {
  Bytes out;
  append_little_endian(out, uint32_t{0x01020304});
  append_little_endian(out, uint16_t{0xA0B0});
  EXPECT_EQ(to_hex(out), "04030201b0a0");
  EXPECT_EQ(load_little_endian<uint32_t>(out.data()), 0x01020304U);
  EXPECT_EQ(load_little_endian<uint16_t>(out.data() + 4), 0xA0B0U);
}

}  // namespace
}  // namespace glass

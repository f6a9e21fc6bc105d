#include "glass/base/base64.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace glass {
namespace {

// RFC 4648, section 10.
TEST(Base64, IsThatOfTheRfc) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {{"", ""},
                                                                            {"f", "Zg=="},
                                                                            {"fo", "Zm8="},
                                                                            {"foo", "Zm9v"},
                                                                            {"foob", "Zm9vYg=="},
                                                                            {"fooba", "Zm9vYmE="},
                                                                            {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : cases) {
    EXPECT_EQ(to_base64(as_bytes(plain)), text);
    EXPECT_EQ(as_text(from_base64(text).value()), plain);
  }
}

TEST(Base64, RefusesWhatItWouldNotWrite) {
  for (const std::string_view text :
       {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v\n", "Zm 9", "Zm-_",
        "=Zg=", "Z===", "====", "Zg==Zg==", "\xff\xff\xff\xff"})
    EXPECT_FALSE(from_base64(text)) << text;
}

RC_GTEST_PROP(Base64, IsReadBack, (const std::vector<uint8_t>& bytes)) {
  RC_ASSERT(from_base64(to_base64(bytes)).value() == bytes);
}

}  // namespace
}  // namespace glass

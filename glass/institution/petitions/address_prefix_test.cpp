#include "glass/institution/petitions/address_prefix.h"

#include <string>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace glass::institution {
namespace {

TEST(AddressPrefix, IsANetworkOfOnePlace) {
  EXPECT_EQ(address_prefix("192.0.2.77").value(), "192.0.2.0/24");
  EXPECT_EQ(address_prefix("0.0.0.0").value(), "0.0.0.0/24");
  EXPECT_EQ(address_prefix("2001:db8:1:2ff::9").value(), "2001:db8:1:200::/56");
  EXPECT_EQ(address_prefix("::1").value(), "0:0:0:0::/56");
}

TEST(AddressPrefix, HasOneTextHoweverTheAddressIsWritten) {
  EXPECT_EQ(address_prefix("2001:0DB8:0001:0200:0:0:0:1").value(), "2001:db8:1:200::/56");
  EXPECT_EQ(address_prefix("::ffff:192.0.2.77").value(), "192.0.2.0/24");
  EXPECT_EQ(address_prefix("::ffff:c000:24d").value(), "192.0.2.0/24");
}

TEST(AddressPrefix, OfWhatIsNoAddressIsRefused) {
  for (const std::string& text :
       {std::string(), std::string("localhost"), std::string("192.0.2"), std::string("192.0.2.256"),
        std::string("192.0.2.7/24"), std::string("2001:db8::1::2"), std::string("fe80::1%eth0"),
        std::string("192.0.2.77\0", 11), std::string(1000, '1')}) {
    const auto prefix = address_prefix(text);
    ASSERT_FALSE(prefix) << text;
    EXPECT_NE(prefix.error().message.find("is no network address"), std::string::npos);
  }
}

TEST(AddressPrefix, IsThatOfEveryAddressInIt) {
  EXPECT_TRUE(rc::check("the last bytes change nothing", [] {
    const auto byte = [] { return *rc::gen::inRange(0, 256); };
    const std::string four = fmt::format("{}.{}.{}.", byte(), byte(), byte());
    RC_ASSERT(address_prefix(four + std::to_string(byte())).value() == four + "0/24");
    const int host = byte(), network = byte();
    const std::string six = fmt::format("2001:db8:{:x}:", byte() << 8 | byte());
    const std::string one = fmt::format("{}{:x}::{:x}", six, network << 8 | host, byte());
    const std::string other = fmt::format("{}{:x}::{:x}", six, network << 8, byte());
    RC_ASSERT(address_prefix(one).value() == address_prefix(other).value());
  }));
}

}  // namespace
}  // namespace glass::institution

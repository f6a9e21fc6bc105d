#include "glass/institution/petitions/address_prefix.h"

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/result.h"

namespace glass::institution {
namespace {

constexpr size_t kLongestAddress = 64;
constexpr std::string_view kMappedPrefix{"\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12};

std::string of_ipv4(const uint8_t* bytes) {
  return fmt::format("{}.{}.{}.0/24", bytes[0], bytes[1], bytes[2]);
}

// Seven bytes count.
std::string of_ipv6(const std::array<uint8_t, 16>& bytes) {
  const auto group = [&](size_t i) { return bytes[2 * i] << 8 | bytes[2 * i + 1]; };
  return fmt::format("{:x}:{:x}:{:x}:{:x}::/56", group(0), group(1), group(2), group(3) & 0xFF00);
}

}  // namespace

Result<std::string> address_prefix(std::string_view address) {
  const std::string text(address.substr(0, kLongestAddress));
  std::array<uint8_t, 4> four{};
  std::array<uint8_t, 16> six{};
  const bool has_nul = address.find('\0') != std::string_view::npos;
  if (!has_nul && ::inet_pton(AF_INET, text.c_str(), four.data()) == 1) return of_ipv4(four.data());
  if (has_nul || ::inet_pton(AF_INET6, text.c_str(), six.data()) != 1)
    return invalid_input(fmt::format(
        "'{}' is no network address; give one such as 192.0.2.77 or 2001:db8::9", text));
  const std::string_view start(reinterpret_cast<const char*>(six.data()), kMappedPrefix.size());
  return start == kMappedPrefix ? of_ipv4(six.data() + kMappedPrefix.size()) : of_ipv6(six);
}

}  // namespace glass::institution

// AddressPrefix: what is counted as one place on the network: a /24 of IPv4, a /56 of IPv6, which
// is what one customer of a provider usually has. An address itself stands in no key.
#pragma once

#include <string>
#include <string_view>

#include "glass/base/result.h"

namespace glass::institution {

// "192.0.2.77" -> "192.0.2.0/24", "2001:db8:1:2ff::9" -> "2001:db8:1:200::/56". An IPv4 address
// that is written as one of IPv6 (::ffff:192.0.2.77) is that of IPv4. One place has one text.
// kInvalidInput for anything that is no address.
[[nodiscard]] Result<std::string> address_prefix(std::string_view address);

}  // namespace glass::institution

// Base64 with the standard alphabet and padding (RFC 4648, section 4).
#pragma once

#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"

namespace glass {

std::string to_base64(ByteView bytes);

// Accepts exactly what to_base64 writes: padded, without line breaks, the unused bits zero.
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);

}  // namespace glass

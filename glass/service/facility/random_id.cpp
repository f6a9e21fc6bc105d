#include "glass/service/facility/random_id.h"

#include <array>
#include <cstdint>
#include <string>

#include "glass/base/bytes.h"
#include "glass/system/random.h"

namespace glass::service {

std::string random_id() {
  std::array<uint8_t, 16> bytes{};
  system::fill_random(bytes);
  return to_hex(bytes);
}

}  // namespace glass::service

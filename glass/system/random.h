// Random: bytes nobody can predict, for keys. Whatever decides results uses base/philox.h instead.
#pragma once

#include <cstdint>
#include <span>

namespace glass::system {

void fill_random(std::span<uint8_t> out);

}  // namespace glass::system

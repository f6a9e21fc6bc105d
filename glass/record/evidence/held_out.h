// HeldOut: the evaluation that every run has, on the text that was held out of its training.
#pragma once

#include <string_view>

#include "glass/base/json.h"

namespace glass::record {

inline constexpr std::string_view kHeldOutSuite = "held-out text, version 1";  // of an evaluation

// [{"bits":"40100000","name":"loss"},{"name":"bits per byte","value":2.25}]: the loss as the eight
// hexadecimal digits of a float32.
Json::Array held_out_results(std::string_view loss_bits, double bits_per_byte);

}  // namespace glass::record

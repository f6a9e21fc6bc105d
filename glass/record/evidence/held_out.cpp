#include "glass/record/evidence/held_out.h"

#include <string_view>

#include "glass/base/json.h"

namespace glass::record {

Json::Array held_out_results(std::string_view loss_bits, double bits_per_byte) {
  return {Json::Object{{"name", "loss"}, {"bits", loss_bits}},
          Json::Object{{"name", "bits per byte"}, {"value", bits_per_byte}}};
}

}  // namespace glass::record

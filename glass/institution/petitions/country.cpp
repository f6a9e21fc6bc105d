#include "glass/institution/petitions/country.h"

#include <algorithm>
#include <string_view>

namespace glass::institution {

bool is_country(std::string_view code) {
  return std::ranges::binary_search(kCountries, code);
}

}  // namespace glass::institution

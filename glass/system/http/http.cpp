#include "glass/system/http/http.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "glass/base/ascii.h"

namespace glass::system {

std::string_view header_of(const HttpHeaders& headers, std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [&](const auto& header) { return to_lower(header.first) == to_lower(name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

HttpResponse plain_text(int status, std::string_view line) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
          .body = std::string(line) + "\n"};
}

}  // namespace glass::system

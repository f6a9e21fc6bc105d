#include "glass/base/plain_path.h"

#include "glass/base/printable.h"
#include "glass/base/utf8.h"

namespace glass {

bool is_plain_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos || path.find('\\') != std::string_view::npos)
    return false;
  for (;;) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    path = path.substr(slash + 1);
  }
}

bool is_printable_path(std::string_view path) {
  if (!is_plain_path(path)) return false;
  while (!path.empty()) {
    const Utf8Step step = decode_utf8(path);
    if (step.size == 0 || !is_printable(step.code_point)) return false;
    path = path.substr(step.size);
  }
  return true;
}

}  // namespace glass

#include "glass/record/release_documents/test_golden.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "glass/testkit/test_files.h"

namespace glass::record {

std::string golden(std::string_view name, std::string_view made) {
  const auto file = testkit::source_file("tests/golden/release/" + std::string(name));
  if (std::getenv("GLASS_UPDATE_GOLDEN") != nullptr) std::ofstream(file, std::ios::binary) << made;
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool contains(std::string_view document, std::string_view part) {
  return document.find(part) != std::string_view::npos;
}

}  // namespace glass::record

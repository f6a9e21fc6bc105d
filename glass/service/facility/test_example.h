// What the tests of this room share: the charter of the example, and when its facility is founded.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

#include "glass/testkit/test_files.h"

namespace glass::service::test {

inline constexpr int64_t kStart = 1'767'225'600'000;  // 1 January 2026

// charters/example.toml
inline std::string charter_text() {
  std::ifstream in(testkit::source_file("charters/example.toml"));
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace glass::service::test

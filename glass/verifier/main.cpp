// glass-verify: a release or a statement, checked offline; or a release fetched from its URL.
#include <cstdio>
#include <exception>

#include <fmt/core.h>

#include "glass/verifier/verify_command.h"

int main(int argc, char** argv) {
  try {
    return glass::verifier::verify_command(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "glass-verify: internal error: {}\n", error.what());
    return 1;
  }
}

// glass: the command.
//
// Exit codes: 0 done, 1 a check or the machine failed, 2 wrong usage or input, 3 refused, 130
// interrupted.
#include <cstdio>
#include <exception>
#include <new>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/cli/verbs.h"

int main(int argc, char** argv) {
  try {
    return glass::cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("glass: the machine is out of memory\n", stderr);
    return glass::exit_code(glass::ErrorCode::kRefused);
  } catch (const std::exception& error) {
    fmt::print(stderr, "glass: internal error: {}\n", error.what());
    return 1;
  }
}

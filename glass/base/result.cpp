#include "glass/base/result.h"

#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/check.h"

namespace glass {

std::string_view name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidInput: return "invalid_input";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kCorruption: return "corruption";
    case ErrorCode::kMismatch: return "mismatch";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kRefused: return "refused";
    case ErrorCode::kInterrupted: return "interrupted";
  }
  return "unknown";
}

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidInput:
    case ErrorCode::kNotFound: return 2;
    case ErrorCode::kCorruption:
    case ErrorCode::kMismatch:
    case ErrorCode::kIo: return 1;
    case ErrorCode::kRefused: return 3;
    case ErrorCode::kInterrupted: return 130;
  }
  return 1;
}

tl::unexpected<Error> in_context(std::string_view context, Error error) {
  error.message = fmt::format("{}: {}", context, error.message);
  return tl::unexpected(std::move(error));
}

void check_failed(const char* what, std::source_location at) {
  std::fprintf(stderr, "%s:%u: check failed: %s\n", at.file_name(), at.line(), what);
  std::abort();
}

}  // namespace glass

// Result<T>: a value, or the reason there is none.
//
// Two kinds of error: what a caller can react to is an Error in a Result; what cannot happen is a
// GLASS_CHECK. No exception leaves a .cpp file: adapters turn those of libraries into Results.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace glass {

// A code exists only where a caller does something different about it.
//
//   code           reaction it permits                                    exit code of `glass`
//   kInvalidInput  the user corrects a file, key or flag                  2
//   kNotFound      the caller creates the thing or takes another way      2
//   kCorruption    bytes are not what their digest or format says: stop   1
//   kMismatch      a check compared two results and they differ: stop     1
//   kIo            the machine refused (disk full, permission): retry     1
//   kRefused       rights, budget or memory forbid it: change the recipe  3
//   kInterrupted   the user asked to stop: resume later                   130
enum class ErrorCode {
  kInvalidInput,
  kNotFound,
  kCorruption,
  kMismatch,
  kIo,
  kRefused,
  kInterrupted,
};

std::string_view name(ErrorCode code);
int exit_code(ErrorCode code);

// `message` says what is wrong with which thing, and the way out, in one or two plain sentences
// without a final newline.
struct Error {
  ErrorCode code;
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

template <typename T>
using Result = tl::expected<T, Error>;

using Status = tl::expected<void, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
  return tl::unexpected(Error{.code = code, .message = std::move(message)});
}

[[nodiscard]] inline tl::unexpected<Error> invalid_input(std::string message) {
  return fail(ErrorCode::kInvalidInput, std::move(message));
}

// The same error, told from further out: "reading recipe.toml: <message>".
[[nodiscard]] tl::unexpected<Error> in_context(std::string_view context, Error error);

}  // namespace glass

#define GLASS_CONCAT_IMPL(a, b) a##b
#define GLASS_CONCAT(a, b) GLASS_CONCAT_IMPL(a, b)
#define GLASS_TRY_IMPL(tmp, decl, expr)                    \
  auto tmp = (expr);                                       \
  if (!tmp) return tl::unexpected(std::move(tmp).error()); \
  decl = std::move(*tmp)
// GLASS_TRY(auto file, open(path)); binds the value, or returns the error.
#define GLASS_TRY(decl, expr) GLASS_TRY_IMPL(GLASS_CONCAT(glass_try_, __LINE__), decl, expr)
// GLASS_TRY_STATUS(flush()); goes on, or returns the error.
#define GLASS_TRY_STATUS(expr)                                \
  do {                                                        \
    if (auto glass_status = (expr); !glass_status)            \
      return tl::unexpected(std::move(glass_status).error()); \
  } while (false)

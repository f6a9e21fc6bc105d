#include "glass/institution/safety/compute.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/result.h"

namespace glass::institution {
namespace {

constexpr int64_t kMostExponent = 99;  // far above what can be counted

bool are_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

// value * 10 + digit; false if that is too large.
bool append_digit(Flops& value, unsigned digit) {
  if (value > (kLargestFlops - digit) / 10) return false;
  value = value * 10 + digit;
  return true;
}

tl::unexpected<Error> of_another_form(std::string_view text) {
  return invalid_input(fmt::format(
      "'{}' is no count of FLOP; write it as digits or with an exponent, as 1e23 or 3.5e24", text));
}

}  // namespace

std::string flops_text(Flops flops) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(flops % 10)));
    flops /= 10;
  } while (flops != 0);
  const std::string mantissa = digits.substr(0, digits.find_last_not_of('0') + 1);
  if (mantissa.empty()) return digits;
  const std::string with_exponent =
      fmt::format("{}{}{}e{}", mantissa[0], mantissa.size() > 1 ? "." : "", mantissa.substr(1),
                  digits.size() - 1);
  return with_exponent.size() < digits.size() ? with_exponent : digits;
}

Result<Flops> parse_flops(std::string_view text) {
  const size_t e = text.find('e');
  const std::string_view mantissa = text.substr(0, e);
  int64_t exponent = 0;
  if (e != std::string_view::npos) {
    const auto read = parse_count(text.substr(e + 1));
    if (!read || *read > kMostExponent) return of_another_form(text);
    exponent = *read;
  }
  const size_t point = mantissa.find('.');
  const std::string_view whole = mantissa.substr(0, point);
  std::string digits(whole);
  if (!are_digits(whole) || (whole.size() > 1 && whole[0] == '0')) return of_another_form(text);
  if (point != std::string_view::npos) {
    const std::string_view fraction = mantissa.substr(point + 1);
    if (!are_digits(fraction)) return of_another_form(text);
    digits += fraction;
    exponent -= std::ssize(fraction);
  }
  for (; exponent < 0 && !digits.empty() && digits.back() == '0'; ++exponent) digits.pop_back();
  if (exponent < 0 && !digits.empty())
    return invalid_input(fmt::format("'{}' is not a whole number of FLOP; give more zeros", text));
  Flops value = 0;
  for (int64_t i = 0; i < std::max<int64_t>(exponent, 0); ++i) digits += '0';
  for (const char digit : digits) {
    if (!append_digit(value, static_cast<unsigned>(digit - '0')))
      return invalid_input(fmt::format("'{}' is more FLOP than can be counted; the most is {}",
                                       text, flops_text(kLargestFlops)));
  }
  return value;
}

Result<Flops> cumulative_compute(Flops own, Flops base, Flops synthetic) {
  if (base > kLargestFlops - own || synthetic > kLargestFlops - own - base)
    return invalid_input(
        fmt::format("own {}, base {} and synthetic {} FLOP are together more than can be counted; "
                    "correct the largest",
                    flops_text(own), flops_text(base), flops_text(synthetic)));
  return own + base + synthetic;
}

}  // namespace glass::institution

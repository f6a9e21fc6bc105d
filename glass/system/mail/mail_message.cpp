#include "glass/system/mail/mail_message.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/base64.h"
#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/base/utf8.h"
#include "glass/system/mail/mail.h"

namespace glass::system {
namespace {

constexpr size_t kMostMailboxBytes = 254;  // RFC 5321
constexpr size_t kMostLineBytes = 78;      // of a text that goes as it is
constexpr size_t kBase64LineBytes = 76;    // RFC 2045
constexpr size_t kEncodedWordBytes = 42;   // of which base64 makes 56, in a line of at most 78
constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_printable(char c) {
  return c >= ' ' && c <= '~';
}

// Whether a text can go as it is: printable ASCII in short lines.
bool is_plain(std::string_view text) {
  size_t line = 0;
  for (const char c : text) {
    if (c != '\n' && !is_printable(c)) return false;
    line = c == '\n' ? 0 : line + 1;
    if (line > kMostLineBytes) return false;
  }
  return true;
}

std::string with_cr_lf(std::string_view text) {
  std::string lines;
  for (const char c : text) {
    if (c == '\n') lines += '\r';
    lines += c;
  }
  if (!text.ends_with('\n')) lines += "\r\n";
  return lines;
}

std::string in_base64_lines(std::string_view text) {
  const std::string all = to_base64(as_bytes(text));
  std::string lines;
  for (size_t at = 0; at < all.size(); at += kBase64LineBytes)
    lines += all.substr(at, kBase64LineBytes) + "\r\n";
  return lines;
}

// As RFC 2047 has what is not ASCII: words that each hold whole characters.
std::string subject_header(std::string_view subject) {
  if (std::ranges::all_of(subject, is_printable)) return std::string(subject);
  std::string words;
  while (!subject.empty()) {
    size_t take = std::min(subject.size(), kEncodedWordBytes);
    const auto goes_on = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    while (take < subject.size() && goes_on(subject[take])) --take;
    words += fmt::format("{}=?utf-8?B?{}?=", words.empty() ? "" : "\r\n ",
                         to_base64(as_bytes(subject.substr(0, take))));
    subject.remove_prefix(take);
  }
  return words;
}

}  // namespace

bool is_mailbox(std::string_view address) {
  const auto fits = [](char c) {
    return is_printable(c) && std::string_view(" <>()[],;:\\\"").find(c) == std::string_view::npos;
  };
  const size_t at = address.find('@');
  return address.size() <= kMostMailboxBytes && at != 0 && at != std::string_view::npos &&
         at + 1 < address.size() && address.find('@', at + 1) == std::string_view::npos &&
         std::ranges::all_of(address, fits);
}

std::string mail_date(int64_t at_ms) {
  using std::chrono::days;
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::milliseconds> at{std::chrono::milliseconds(at_ms)};
  const auto day = floor<days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(floor<std::chrono::seconds>(at - day));
  return fmt::format(
      "{}, {} {} {} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
      time.seconds().count());
}

Result<std::string> mail_message(const Letter& letter, std::string_view from, std::string_view id,
                                 int64_t at_ms) {
  if (!is_mailbox(letter.to)) return invalid_input("the address of a letter is no mailbox");
  if (!is_mailbox(from)) return invalid_input("the mailbox that letters come from is none");
  const auto ends_line = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  if (std::ranges::any_of(letter.subject, ends_line))
    return invalid_input("the subject of a letter is one line");
  if (!is_utf8(letter.subject) || !is_utf8(letter.text))
    return invalid_input("the text of a letter is not UTF-8");
  const bool plain = is_plain(letter.text);
  return fmt::format(
      "Date: {}\r\nFrom: <{}>\r\nTo: <{}>\r\nMessage-ID: <{}@{}>\r\nSubject: {}\r\n"
      "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {}\r\n\r\n{}",
      mail_date(at_ms), from, letter.to, id, from.substr(from.find('@') + 1),
      subject_header(letter.subject), plain ? "7bit" : "base64",
      plain ? with_cr_lf(letter.text) : in_base64_lines(letter.text));
}

}  // namespace glass::system

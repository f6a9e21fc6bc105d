// For tests: the bytes of ar, tar and .deb files, made without any tool.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"

namespace glass::data::fixture {

inline std::string padded(std::string_view text, size_t size, char with) {
  std::string out(text.substr(0, size));
  out.resize(size, with);
  return out;
}

inline std::string ar_member(std::string_view name, std::string_view content) {
  std::string out = padded(name, 16, ' ') + padded("0", 12, ' ') + padded("0", 6, ' ') +
                    padded("0", 6, ' ') + padded("100644", 8, ' ') +
                    padded(std::to_string(content.size()), 10, ' ') + "`\n" + std::string(content);
  if (content.size() % 2 == 1) out += '\n';
  return out;
}

// Stores the checksum into a header of 512 bytes.
inline void seal(std::string& header) {
  std::fill_n(header.begin() + 148, 8, ' ');
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  header.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
}

// One entry with its content. `type`: '0' file, '2' link, '5' folder, 'L', 'K', 'x', 'g'.
inline std::string tar_entry(char type, std::string_view path, std::string_view content,
                             std::string_view link = "") {
  std::string header =
      padded(path, 100, '\0') + padded("0000644", 8, '\0') + padded("0000000", 8, '\0') +
      padded("0000000", 8, '\0') + fmt::format("{:011o}", content.size()) + std::string(1, '\0') +
      padded("00000000000", 12, '\0') + std::string(8, ' ') + type + padded(link, 100, '\0') +
      std::string(
          "ustar\0"
          "00",
          8);
  header.resize(512, '\0');
  seal(header);
  std::string out = header + std::string(content);
  out.resize((out.size() + 511) / 512 * 512, '\0');
  return out;
}

inline std::string tar_end() {
  return std::string(1024, '\0');
}

// A package with plain tar members. `files`: path and content; a content "-> X" makes a link to X.
inline std::string deb(std::string_view name, std::string_view version,
                       const std::vector<std::pair<std::string, std::string>>& files) {
  const std::string control = fmt::format(
      "Package: {}\nVersion: {}\nArchitecture: all\nDescription: test\n", name, version);
  std::string data;
  for (const auto& [path, content] : files) {
    const bool link = content.starts_with("-> ");
    data += link ? tar_entry('2', "./" + path, "", content.substr(3))
                 : tar_entry('0', "./" + path, content);
  }
  return "!<arch>\n" + ar_member("debian-binary", "2.0\n") +
         ar_member("control.tar", tar_entry('0', "./control", control) + tar_end()) +
         ar_member("data.tar", data + tar_end());
}

}  // namespace glass::data::fixture

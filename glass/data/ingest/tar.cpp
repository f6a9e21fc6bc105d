#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/data/ingest/archive.h"

namespace glass::data {
namespace {

constexpr size_t kBlock = 512;
constexpr size_t kLongNameLimit = size_t{64} << 10;

std::string_view text_field(std::string_view header, size_t at, size_t size) {
  const std::string_view field = header.substr(at, size);
  return field.substr(0, field.find('\0'));
}

// Octal digits, padded with spaces or NUL; or, with the top bit set, a big-endian number (GNU).
std::optional<uint64_t> number_field(std::string_view header, size_t at, size_t size) {
  const std::string_view field = header.substr(at, size);
  uint64_t value = 0;
  if ((static_cast<unsigned char>(field[0]) & 0x80U) != 0) {
    for (size_t i = 0; i < size; ++i) {
      const uint64_t byte = static_cast<unsigned char>(field[i]) & (i == 0 ? 0x7FU : 0xFFU);
      if (value >> 56U != 0) return std::nullopt;
      value = value << 8U | byte;
    }
    return value;
  }
  size_t i = 0;
  while (i < size && field[i] == ' ') ++i;
  const size_t first = i;
  for (; i < size && field[i] >= '0' && field[i] <= '7'; ++i)
    value = value << 3U | static_cast<uint64_t>(field[i] - '0');
  const bool ended = i == size || field[i] == ' ' || field[i] == '\0';
  if (i == first || !ended) return std::nullopt;
  return value;
}

// The checksum counts its own field as spaces. Old archives summed signed characters.
bool checksum_holds(std::string_view header) {
  const auto stored = number_field(header, 148, 8);
  int64_t plain = 0, with_sign = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    const char c = i >= 148 && i < 156 ? ' ' : header[i];
    plain += static_cast<unsigned char>(c);
    with_sign += static_cast<signed char>(c);
  }
  return stored &&
         (static_cast<int64_t>(*stored) == plain || static_cast<int64_t>(*stored) == with_sign);
}

// What an extended header says about the entry behind it.
struct Extended {
  std::optional<std::string> path, link;
  std::optional<uint64_t> size;
};

// Records "LENGTH KEY=VALUE\n", where LENGTH counts the whole record.
bool read_pax(std::string_view records, Extended& out) {
  while (!records.empty()) {
    const size_t space = records.find(' ');
    if (space == std::string_view::npos) return false;
    const auto length = parse_decimal(records.substr(0, space));
    if (!length || *length <= space + 2 || *length > records.size()) return false;
    const std::string_view record = records.substr(space + 1, *length - space - 1);
    records.remove_prefix(*length);
    const size_t equals = record.find('=');
    if (record.back() != '\n' || equals == std::string_view::npos) return false;
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(equals + 1, record.size() - equals - 2);
    if (key == "path") out.path = std::string(value);
    if (key == "linkpath") out.link = std::string(value);
    if (key == "size" && !(out.size = parse_decimal(value))) return false;
  }
  return true;
}

TarEntry::Kind kind_of(char type) {
  switch (type) {
    case '0':
    case '\0':
    case '7': return TarEntry::Kind::kFile;
    case '1':
    case '2': return TarEntry::Kind::kLink;
    case '5': return TarEntry::Kind::kFolder;
    default: return TarEntry::Kind::kOther;
  }
}

// Without "./" in front: ".//etc" is the file etc of the archive, not one of the machine.
std::string_view plain_path(std::string_view path) {
  while (path.starts_with("./")) {
    path.remove_prefix(2);
    while (path.starts_with('/')) path.remove_prefix(1);
  }
  while (path.ends_with('/')) path.remove_suffix(1);
  return path == "." ? std::string_view{} : path;
}

bool climbs_out(std::string_view path) {
  while (true) {
    const size_t end = path.find('/');
    if (path.substr(0, end) == "..") return true;
    if (end == std::string_view::npos) return false;
    path.remove_prefix(end + 1);
  }
}

class TarReader {
 public:
  explicit TarReader(ByteView bytes) : bytes_(bytes) {}

  Result<std::vector<TarEntry>> read() {
    while (true) {
      if (bytes_.size() - at_ < kBlock)
        return at_ == bytes_.size() && at_ > 0 ? Result<std::vector<TarEntry>>(std::move(entries_))
                                               : damaged("it ends within a header");
      const std::string_view header = as_text(bytes_.subspan(at_, kBlock));
      if (header.find_first_not_of('\0') == std::string_view::npos) return std::move(entries_);
      GLASS_TRY_STATUS(read_entry(header));
    }
  }

 private:
  Status read_entry(std::string_view header) {
    if (!checksum_holds(header)) return damaged("a header has a wrong checksum");
    const auto field_size = number_field(header, 124, 12);
    if (!field_size) return damaged("a header has no size");
    const char type = header[156];
    const bool extends = type == 'L' || type == 'K' || type == 'x' || type == 'g';
    const uint64_t size = extends ? *field_size : extended_.size.value_or(*field_size);
    const size_t begin = at_ + kBlock;
    const bool has_content = extends || kind_of(type) == TarEntry::Kind::kFile;
    const uint64_t stored = has_content ? size : 0;
    if (stored > bytes_.size() - begin) return damaged("an entry is longer than the archive");
    const ByteView content = bytes_.subspan(begin, stored);
    // The last block may lack its padding.
    const uint64_t padded = (stored + kBlock - 1) / kBlock * kBlock;
    at_ = begin + std::min<uint64_t>(padded, bytes_.size() - begin);
    if (extends) return extend(type, content);
    return add(header, kind_of(type), content);
  }

  Status extend(char type, ByteView content) {
    if (content.size() > kLongNameLimit) return damaged("a name is longer than 64 KiB");
    const std::string_view text = as_text(content);
    if (type == 'L') extended_.path = std::string(text.substr(0, text.find('\0')));
    if (type == 'K') extended_.link = std::string(text.substr(0, text.find('\0')));
    Extended ignored;  // a global header says nothing about a single entry
    if ((type == 'x' || type == 'g') && !read_pax(text, type == 'x' ? extended_ : ignored))
      return damaged("a pax header is malformed");
    return {};
  }

  Status add(std::string_view header, TarEntry::Kind kind, ByteView content) {
    std::string path;
    if (extended_.path) {
      path = *extended_.path;
    } else {
      const bool ustar = header.substr(257, 6) == std::string_view("ustar\0", 6);
      const std::string_view prefix = ustar ? text_field(header, 345, 155) : std::string_view{};
      path = prefix.empty() ? "" : std::string(prefix) + "/";
      path += text_field(header, 0, 100);
    }
    if (path.starts_with('/') || climbs_out(path))
      return damaged(fmt::format("the path '{}' leads out of the archive", path));
    // A name ending in '/' was a folder before tar had a type for it.
    if (kind == TarEntry::Kind::kFile && path.ends_with('/')) kind = TarEntry::Kind::kFolder;
    const std::string link = extended_.link.value_or(std::string(text_field(header, 157, 100)));
    entries_.push_back({.kind = kind,
                        .path = std::string(plain_path(path)),
                        .target = kind == TarEntry::Kind::kLink ? link : "",
                        .content = content});
    extended_ = {};
    return {};
  }

  [[nodiscard]] tl::unexpected<Error> damaged(std::string_view what) const {
    return fail(ErrorCode::kCorruption,
                entries_.empty() ? fmt::format("the tar archive is damaged: {}", what)
                                 : fmt::format("the tar archive is damaged behind '{}': {}",
                                               entries_.back().path, what));
  }

  ByteView bytes_;
  size_t at_ = 0;
  Extended extended_;
  std::vector<TarEntry> entries_;
};

}  // namespace

Result<std::vector<TarEntry>> read_tar(ByteView bytes) {
  return TarReader(bytes).read();
}

}  // namespace glass::data

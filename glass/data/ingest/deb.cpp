#include "glass/data/ingest/deb.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/data/ingest/decompress.h"

namespace glass::data {
namespace {

constexpr uint64_t kControlLimit = uint64_t{16} << 20;

// "data.tar", "data.tar.xz" ...: the name, perhaps with a compression this program knows.
bool is_tar(std::string_view member, std::string_view name) {
  return member.starts_with(name) && without_compression(member) == name;
}

Result<Bytes> unpack(const std::vector<ArMember>& members, std::string_view name, uint64_t limit) {
  const auto found = std::ranges::find_if(
      members, [&](const ArMember& member) { return is_tar(member.name, name); });
  if (found == members.end())
    return fail(ErrorCode::kCorruption,
                fmt::format("the package has no {} that is xz, zstd or gzip", name));
  auto bytes = decompress(compression_of(found->name), found->content, limit);
  if (!bytes) return in_context(found->name, bytes.error());
  return bytes;
}

Result<Stanza> read_control(const Bytes& control_tar) {
  GLASS_TRY(const std::vector<TarEntry> entries, read_tar(control_tar));
  const auto found = std::ranges::find(entries, "control", &TarEntry::path);
  if (found == entries.end() || found->kind != TarEntry::Kind::kFile)
    return fail(ErrorCode::kCorruption, "control.tar has no file control");
  auto stanzas = parse_stanzas(as_text(found->content));
  if (!stanzas) return fail(ErrorCode::kCorruption, "control: " + stanzas.error().message);
  if (stanzas->size() != 1)
    return fail(ErrorCode::kCorruption, "control is not a single paragraph");
  for (const std::string_view field : {"Package", "Version", "Architecture"}) {
    if (stanzas->front().find(field) == nullptr)
      return fail(ErrorCode::kCorruption, fmt::format("control has no field {}", field));
  }
  return std::move(stanzas->front());
}

}  // namespace

std::string DebPackage::name() const {
  return *control.find("Package");
}

std::string DebPackage::version() const {
  return *control.find("Version");
}

std::string DebPackage::architecture() const {
  return *control.find("Architecture");
}

Result<DebPackage> read_deb(ByteView bytes, uint64_t limit) {
  GLASS_TRY(const std::vector<ArMember> members, read_ar(bytes));
  if (members.empty() || members.front().name != "debian-binary" ||
      !as_text(members.front().content).starts_with("2."))
    return fail(ErrorCode::kCorruption, "it is no Debian package of format 2");
  GLASS_TRY(const Bytes control_tar, unpack(members, "control.tar", kControlLimit));
  DebPackage package;
  GLASS_TRY(package.control, read_control(control_tar));
  GLASS_TRY(Bytes data, unpack(members, "data.tar", limit));
  package.data = std::make_unique<Bytes>(std::move(data));
  GLASS_TRY(package.entries, read_tar(*package.data));
  return package;
}

}  // namespace glass::data

#include "glass/service/facility/texts.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/utf8.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"
#include "glass/system/random.h"

namespace glass::service {
namespace {

constexpr std::string_view kTag = "glassworks/commit/v1/";
constexpr std::string_view kTextKind = "glass-text-1";

system::Path text_file(const system::Path& facility, std::string_view commitment_hex) {
  return facility / "texts" / fmt::format("{}.json", commitment_hex);
}

Result<CommittedText> text_from_json(const std::string& file_text) {
  GLASS_TRY(const Json json, parse_json(file_text));
  GLASS_TRY(const std::string kind, json.get_string("kind"));
  if (kind != kTextKind) return invalid_input(fmt::format("it is a {}", kind));
  CommittedText read;
  GLASS_TRY(read.what, json.get_string("what"));
  GLASS_TRY(read.salt, json.get_string("salt"));
  GLASS_TRY(read.text, json.get_string("text"));
  GLASS_TRY(const Bytes salt, from_hex(read.salt));
  if (salt.size() != 32) return invalid_input("its salt has not 32 bytes");
  return read;
}

}  // namespace

crypto::Digest commitment(const CommittedText& text) {
  const auto salt = from_hex(text.salt);
  GLASS_CHECK(salt.has_value());
  crypto::Sha256 hash;
  hash.update(as_bytes(kTag));
  hash.update(as_bytes(text.what));
  hash.update(as_bytes(std::string_view("\0", 1)));
  hash.update(*salt);
  hash.update(as_bytes(text.text));
  return hash.finish();
}

Result<CommittedText> committed_text(std::string_view what, std::string_view text) {
  if (text.empty()) return invalid_input(fmt::format("the text of {} is empty", what));
  if (text.size() > kMostTextBytes)
    return invalid_input(
        fmt::format("the text of {} is longer than {} bytes", what, kMostTextBytes));
  if (!is_utf8(text)) return invalid_input(fmt::format("the text of {} is not UTF-8", what));
  std::array<uint8_t, 32> salt{};
  system::fill_random(salt);
  return CommittedText{.what = std::string(what), .salt = to_hex(salt), .text = std::string(text)};
}

Status save_text(system::Files& files, const system::Path& facility, const CommittedText& text) {
  GLASS_TRY_STATUS(files.make_folders(facility / "texts"));
  const Json json = Json::Object{
      {"kind", kTextKind}, {"what", text.what}, {"salt", text.salt}, {"text", text.text}};
  return files.write_atomic(text_file(facility, to_hex(commitment(text).bytes)),
                            as_bytes(to_canonical(json)));
}

Status forget_text(system::Files& files, const system::Path& facility, const CommittedText& text) {
  return files.remove_all(text_file(facility, to_hex(commitment(text).bytes)));
}

Result<std::optional<CommittedText>> find_text(system::Files& files, const system::Path& facility,
                                               std::string_view commitment_hex) {
  const system::Path file = text_file(facility, commitment_hex);
  if (!files.exists(file)) return std::nullopt;
  GLASS_TRY(const std::string file_text, files.read_text(file));
  auto read = text_from_json(file_text);
  if (!read)
    return fail(ErrorCode::kCorruption,
                fmt::format("{}: {}", system::path_text(file), read.error().message));
  if (to_hex(commitment(*read).bytes) != commitment_hex)
    return fail(ErrorCode::kCorruption,
                fmt::format("{} is not what was committed to", system::path_text(file)));
  return std::optional(std::move(*read));
}

}  // namespace glass::service

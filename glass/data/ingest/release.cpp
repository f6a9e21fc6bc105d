#include "glass/data/ingest/release.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/data/deb822/deb822.h"

namespace glass::data {
namespace {

constexpr std::string_view kBegin = "-----BEGIN PGP SIGNED MESSAGE-----";
constexpr std::string_view kSignature = "-----BEGIN PGP SIGNATURE-----";
constexpr std::string_view kEnd = "-----END PGP SIGNATURE-----";

// The next line without white space at its end, which a signature does not cover.
std::string_view take_signed_line(std::string_view& rest) {
  const std::string_view line = take_line(rest);
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

tl::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::kCorruption, fmt::format("it is no signed release file: {}", what));
}

std::string value_of(const Stanza& stanza, std::string_view field) {
  const std::string* value = stanza.find(field);
  return value == nullptr ? "" : *value;
}

}  // namespace

Result<std::string> clearsigned_text(std::string_view message) {
  if (take_signed_line(message) != kBegin)
    return damaged("it does not begin with a signed message");
  while (!message.empty()) {
    const std::string_view header = take_signed_line(message);
    if (header.empty()) break;
    if (!header.starts_with("Hash: ")) return damaged("it has an unexpected armour header");
  }
  std::string text;
  while (true) {
    if (message.empty()) return damaged("its signature is missing");
    std::string_view line = take_signed_line(message);
    if (line == kSignature) break;
    if (line.starts_with("- ")) {
      line.remove_prefix(2);
    } else if (line.starts_with('-')) {
      return damaged("a line is not escaped");
    }
    text += line;
    text += '\n';
  }
  while (true) {
    if (message.empty()) return damaged("its signature is cut off");
    const std::string_view line = take_signed_line(message);
    if (line == kEnd) break;
    if (line.starts_with("-----")) return damaged("it holds more than one message");
  }
  if (message.find_first_not_of(" \t\r\n") != std::string_view::npos)
    return damaged("something stands behind the signature");
  return text;
}

Result<Release> parse_release(std::string_view text) {
  const auto stanzas = parse_stanzas(text);
  if (!stanzas) return damaged(stanzas.error().message);
  if (stanzas->size() != 1) return damaged("it is not a single paragraph");
  const Stanza& stanza = stanzas->front();
  const std::string* digests = stanza.find("SHA256");
  if (digests == nullptr) return damaged("it has no SHA256 section");
  Release release{.origin = value_of(stanza, "Origin"),
                  .suite = value_of(stanza, "Suite"),
                  .codename = value_of(stanza, "Codename"),
                  .version = value_of(stanza, "Version"),
                  .date = value_of(stanza, "Date"),
                  .indexes = {}};
  const std::vector<std::string> words = split_words(*digests);
  if (words.size() % 3 != 0) return damaged("its SHA256 section is not digest, size, name");
  for (size_t i = 0; i < words.size(); i += 3) {
    const auto digest = crypto::digest_from_text("sha256:" + words[i]);
    const auto size = parse_decimal(words[i + 1]);
    if (!digest || !size) return damaged("its SHA256 section is not digest, size, name");
    release.indexes.insert_or_assign(words[i + 2],
                                     ReleaseIndex{.sha256 = *digest, .size_bytes = *size});
  }
  return release;
}

Result<std::vector<ReleaseSignature>> parse_gpgv_status(std::string_view status) {
  constexpr std::string_view kPrefix = "[GNUPG:] ";
  std::vector<ReleaseSignature> good;
  std::optional<std::string> signer;  // of a GOODSIG whose VALIDSIG has not come yet
  while (!status.empty()) {
    std::string_view line = take_line(status);
    if (!line.starts_with(kPrefix)) continue;
    line.remove_prefix(kPrefix.size());
    const std::vector<std::string> words = split_words(line);
    if (words.empty()) continue;
    if (words[0] == "BADSIG")
      return fail(ErrorCode::kCorruption,
                  "the signature is bad: the file is not what the archive signed");
    if (words[0] == "NEWSIG") signer.reset();
    if (words[0] == "GOODSIG" && words.size() > 2)
      signer = std::string(line.substr(line.find(words[2], line.find(words[1]))));
    if (words[0] == "VALIDSIG" && words.size() > 1 && signer) {
      good.push_back({.fingerprint = words[1], .signer = *std::exchange(signer, std::nullopt)});
    }
  }
  if (good.empty())
    return fail(ErrorCode::kCorruption,
                "no signature is from a key of this machine's archive keyring");
  return good;
}

}  // namespace glass::data

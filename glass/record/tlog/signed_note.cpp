#include "glass/record/tlog/signed_note.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/base64.h"
#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/base/utf8.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"

namespace glass::record {
namespace {

constexpr size_t kMostBytes = 1'000'000, kMostSignatures = 100;  // as Go's client has them
constexpr size_t kIdBytes = 4, kTimeBytes = 8;
constexpr size_t kSignatureBytes = sizeof(crypto::Signature::bytes);
constexpr uint64_t kEndOfTimes = 253'402'300'800;  // seconds of Unix until the year 10000
constexpr std::string_view kDash = "\u2014 ";

bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

tl::unexpected<Error> no_note(std::string_view why) {
  return fail(ErrorCode::kCorruption, fmt::format("it is no signed note: {}", why));
}

Result<NoteSignature> parse_signature(std::string_view line) {
  if (!line.starts_with(kDash))
    return no_note("a line of a signature begins with an em dash and a space");
  line.remove_prefix(kDash.size());
  const size_t space = line.find(' ');
  NoteSignature signature{.name = std::string(line.substr(0, space)), .key_id = 0, .bytes = {}};
  if (space == std::string_view::npos || !is_note_name(signature.name))
    return no_note("a line of a signature has a name, a space and base64");
  auto bytes = from_base64(line.substr(space + 1));
  if (!bytes || bytes->size() <= kIdBytes)
    return no_note(
        fmt::format("the signature of {} is not base64 of an id and a signature", signature.name));
  signature.key_id = load_big_endian<uint32_t>(bytes->data());
  signature.bytes.assign(bytes->begin() + kIdBytes, bytes->end());
  return signature;
}

std::string cosigned_text(int64_t unix_seconds, std::string_view text) {
  return fmt::format("cosignature/v1\ntime {}\n{}", unix_seconds, text);
}

crypto::Signature signature_in(ByteView bytes) {
  GLASS_CHECK(bytes.size() == kSignatureBytes);
  crypto::Signature signature;
  std::ranges::copy(bytes, signature.bytes.begin());
  return signature;
}

// Whether the signature holds, and the time it tells; kMismatch if it does not.
Result<std::optional<int64_t>> check_signature(std::string_view text, const NoteKey& key,
                                               const NoteSignature& signature) {
  const auto wrong = [&](std::string_view why) {
    return fail(ErrorCode::kMismatch, fmt::format("the signature of {} {}", key.name, why));
  };
  const ByteView bytes = signature.bytes;
  if (key.kind == NoteKeyKind::kEd25519) {
    if (bytes.size() != kSignatureBytes) return wrong("has the wrong length");
    if (!crypto::verify(key.key, as_bytes(text), signature_in(bytes)))
      return wrong("does not hold: the text was changed, or another key has signed");
    return std::optional<int64_t>();
  }
  if (bytes.size() != kTimeBytes + kSignatureBytes) return wrong("has the wrong length");
  const auto time = load_big_endian<uint64_t>(bytes.data());
  if (time >= kEndOfTimes) return wrong("is of a time that there is not");
  const auto unix_seconds = static_cast<int64_t>(time);
  if (!crypto::verify(key.key, as_bytes(cosigned_text(unix_seconds, text)),
                      signature_in(bytes.subspan(kTimeBytes))))
    return wrong("does not hold: time or text were changed, or another key has signed");
  return std::optional(unix_seconds);
}

}  // namespace

bool is_note_name(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const Utf8Step step = decode_utf8(name);
    if (step.size == 0 || step.code_point == '+' || is_white_space(step.code_point)) return false;
    name.remove_prefix(step.size);
  }
  return true;
}

uint32_t NoteKey::id() const {
  Bytes bytes;
  std::ranges::copy(as_bytes(name), std::back_inserter(bytes));
  bytes.push_back('\n');
  bytes.push_back(static_cast<uint8_t>(kind));
  bytes.insert(bytes.end(), key.bytes.begin(), key.bytes.end());
  return load_big_endian<uint32_t>(crypto::sha256(bytes).bytes.data());
}

std::string to_text(const NoteKey& key) {
  Bytes bytes = {static_cast<uint8_t>(key.kind)};
  bytes.insert(bytes.end(), key.key.bytes.begin(), key.key.bytes.end());
  return fmt::format("{}+{:08x}+{}", key.name, key.id(), to_base64(bytes));
}

Result<NoteKey> note_key_from_text(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return invalid_input(fmt::format("\"{}\" is no key of a log or witness: {}", text, why));
  };
  const size_t first = text.find('+');
  const size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos)
    return refuse("a key is a name, eight hexadecimal digits and base64, with '+' between them");
  NoteKey key{.name = std::string(text.substr(0, first)), .key = {}};
  if (!is_note_name(key.name)) return refuse("a name has no white space and is not empty");
  const auto bytes = from_base64(text.substr(second + 1));
  if (!bytes || bytes->empty()) return refuse("what stands behind the last '+' is not base64");
  const uint8_t kind = bytes->front();
  if (kind != static_cast<uint8_t>(NoteKeyKind::kEd25519) &&
      kind != static_cast<uint8_t>(NoteKeyKind::kCosigner))
    return refuse(fmt::format("keys of kind {} are not known, only Ed25519", kind));
  if (bytes->size() != 1 + key.key.bytes.size()) return refuse("it has the wrong length");
  key.kind = static_cast<NoteKeyKind>(kind);
  std::copy(bytes->begin() + 1, bytes->end(), key.key.bytes.begin());
  if (text.substr(first + 1, second - first - 1) != fmt::format("{:08x}", key.id()))
    return refuse(fmt::format("the id of this key is {:08x}", key.id()));
  return key;
}

bool is_by(const NoteSignature& signature, const NoteKey& key) {
  return signature.name == key.name && signature.key_id == key.id();
}

std::string to_text(const NoteSignature& signature) {
  Bytes bytes;
  append_big_endian(bytes, signature.key_id);
  bytes.insert(bytes.end(), signature.bytes.begin(), signature.bytes.end());
  return fmt::format("{}{} {}\n", kDash, signature.name, to_base64(bytes));
}

std::string to_text(const SignedNote& note) {
  std::string text = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) text += to_text(signature);
  return text;
}

Result<std::vector<NoteSignature>> parse_note_signatures(std::string_view lines) {
  std::vector<NoteSignature> signatures;
  while (!lines.empty()) {
    const size_t end = lines.find('\n');
    if (end == std::string_view::npos) return no_note("the last line does not end");
    if (signatures.size() == kMostSignatures)
      return no_note(fmt::format("it has more than {} signatures", kMostSignatures));
    GLASS_TRY(signatures.emplace_back(), parse_signature(lines.substr(0, end)));
    lines.remove_prefix(end + 1);
  }
  return signatures;
}

SignedNote in_order(SignedNote note) {
  std::ranges::sort(note.signatures, {}, [](const NoteSignature& one) { return to_text(one); });
  return note;
}

Result<SignedNote> parse_note(std::string_view bytes) {
  if (bytes.size() > kMostBytes)
    return no_note(fmt::format("it is longer than {} bytes", kMostBytes));
  if (!is_utf8(bytes)) return no_note("it is not UTF-8");
  if (std::ranges::any_of(bytes, [](char c) { return c >= 0 && c < 0x20 && c != '\n'; }))
    return no_note("it has control characters");
  const size_t empty_line = bytes.rfind("\n\n");
  if (empty_line == std::string_view::npos)
    return no_note("no empty line stands between text and signatures");
  SignedNote note{.text = std::string(bytes.substr(0, empty_line + 1)), .signatures = {}};
  GLASS_TRY(note.signatures, parse_note_signatures(bytes.substr(empty_line + 2)));
  if (note.signatures.empty()) return no_note("it has no signature");
  return note;
}

NoteSignature sign_note(std::string_view text, std::string_view name,
                        const crypto::SecretKey& key) {
  const NoteKey known{.name = std::string(name), .key = key.public_key()};
  const crypto::Signature signature = key.sign(as_bytes(text));
  return {.name = known.name,
          .key_id = known.id(),
          .bytes = Bytes(signature.bytes.begin(), signature.bytes.end())};
}

NoteSignature cosign_note(std::string_view text, std::string_view name,
                          const crypto::SecretKey& key, int64_t unix_seconds) {
  GLASS_CHECK(unix_seconds >= 0 && static_cast<uint64_t>(unix_seconds) < kEndOfTimes);
  const NoteKey known{
      .name = std::string(name), .kind = NoteKeyKind::kCosigner, .key = key.public_key()};
  NoteSignature out{.name = known.name, .key_id = known.id(), .bytes = {}};
  append_big_endian(out.bytes, static_cast<uint64_t>(unix_seconds));
  const crypto::Signature signature = key.sign(as_bytes(cosigned_text(unix_seconds, text)));
  out.bytes.insert(out.bytes.end(), signature.bytes.begin(), signature.bytes.end());
  return out;
}

Result<std::vector<NoteVerdict>> verify_note(const SignedNote& note,
                                             std::span<const NoteKey> keys) {
  std::vector<NoteVerdict> verdicts;
  for (size_t i = 0; i < keys.size(); ++i) {
    bool signed_by = false;
    for (const NoteSignature& signature : note.signatures) {
      if (!is_by(signature, keys[i])) continue;
      GLASS_TRY(const std::optional<int64_t> time, check_signature(note.text, keys[i], signature));
      if (!std::exchange(signed_by, true)) verdicts.push_back({.key = i, .unix_seconds = time});
    }
  }
  if (verdicts.empty())
    return fail(ErrorCode::kMismatch, "the note is signed by none of the keys that are known");
  return verdicts;
}

}  // namespace glass::record

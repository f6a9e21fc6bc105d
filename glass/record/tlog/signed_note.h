// Signed note (C2SP signed-note v1.0.0): a text with the signatures of those who vouch for it.
//
//   <text, ends with a line feed>
//   <empty line>
//   — <name> <base64 of: key id, signature>
//
// Signatures of unknown keys are kept and mean nothing. A signature of a known key that does not
// hold spoils the whole note, whatever the others say.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"

namespace glass::record {

// The numbers are those of the format.
enum class NoteKeyKind : uint8_t {
  kEd25519 = 0x01,   // signs the text: a log's key
  kCosigner = 0x04,  // signs a time and the text (C2SP tlog-cosignature v1): a witness's key
};

struct NoteKey {
  std::string name;  // of the log or witness: a URL without its scheme
  NoteKeyKind kind = NoteKeyKind::kEd25519;
  crypto::PublicKey key;

  // The first four bytes of SHA-256(name || LF || kind || key).
  [[nodiscard]] uint32_t id() const;

  friend bool operator==(const NoteKey&, const NoteKey&) = default;
};

// "example.com/log+13d413d9+AQOhB7..."
std::string to_text(const NoteKey& key);

// kInvalidInput if it is no such key, of a kind that is not known here, or if its id is another's.
[[nodiscard]] Result<NoteKey> note_key_from_text(std::string_view text);

// Not empty, UTF-8, without white space and '+'.
[[nodiscard]] bool is_note_name(std::string_view name);

struct NoteSignature {
  std::string name;
  uint32_t key_id = 0;
  Bytes bytes;  // of a cosigner: the time in eight bytes, then the signature

  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

// Whether it says to be of the key; not whether it holds.
[[nodiscard]] bool is_by(const NoteSignature& signature, const NoteKey& key);

// "— <name> <base64>" and a line feed.
std::string to_text(const NoteSignature& signature);

struct SignedNote {
  std::string text;
  std::vector<NoteSignature> signatures;
};

std::string to_text(const SignedNote& note);

// The same note with its signatures in the order of their lines: one text, whoever wrote it down.
SignedNote in_order(SignedNote note);

// kCorruption unless the bytes are those of a note with at least one signature.
[[nodiscard]] Result<SignedNote> parse_note(std::string_view bytes);

// Lines of signatures alone, as a witness answers with them; none is no error.
[[nodiscard]] Result<std::vector<NoteSignature>> parse_note_signatures(std::string_view lines);

NoteSignature sign_note(std::string_view text, std::string_view name, const crypto::SecretKey& key);

// That the text was seen at this time and is consistent with all that was cosigned before.
// REQUIRES: unix_seconds >= 0, and of a year before 10000.
NoteSignature cosign_note(std::string_view text, std::string_view name,
                          const crypto::SecretKey& key, int64_t unix_seconds);

// By which of the keys the note is signed, in their order.
struct NoteVerdict {
  size_t key;                           // in the list of keys
  std::optional<int64_t> unix_seconds;  // of a cosigner
};

// kMismatch if a signature of one of the keys does not hold, or there is none of any.
[[nodiscard]] Result<std::vector<NoteVerdict>> verify_note(const SignedNote& note,
                                                           std::span<const NoteKey> keys);

}  // namespace glass::record

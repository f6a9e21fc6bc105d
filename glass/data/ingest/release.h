// An archive's InRelease file: what its keys signed, and which indexes it vouches for.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::data {

// The text between the lines of a clear-signed message (RFC 9580, section 7). Strict: nothing may
// stand before the message or behind its signature, and it may hold one message only, so that no
// unsigned line can be taken for a signed one. kCorruption otherwise.
[[nodiscard]] Result<std::string> clearsigned_text(std::string_view message);

struct ReleaseIndex {
  crypto::Digest sha256;
  uint64_t size_bytes;
};

struct Release {
  std::string origin, suite, codename, version, date;        // empty where the file does not say
  std::map<std::string, ReleaseIndex, std::less<>> indexes;  // "main/binary-amd64/Packages" ...
};

// kCorruption if the text is no Release file with a SHA256 section.
[[nodiscard]] Result<Release> parse_release(std::string_view text);

struct ReleaseSignature {
  std::string fingerprint;  // of the key that signed, 40 hex digits
  std::string signer;       // the key's user id
};

// The good signatures in what `gpgv --status-fd` prints: a GOODSIG followed by its VALIDSIG.
// kCorruption if a signature is bad, or if none is good.
[[nodiscard]] Result<std::vector<ReleaseSignature>> parse_gpgv_status(std::string_view status);

}  // namespace glass::data

// Envelope: some bytes and the signatures under them, in the form of DSSE (Dead Simple Signing
// Envelope, version 1), which many tools read.
//
//   {"payload":"<base64>","payloadType":"application/vnd.in-toto+json",
//    "signatures":[{"keyid":"ed25519:...","sig":"<base64>"}]}
//
// What is signed is not the payload alone but its pre-authentication encoding: the type is part of
// it, so that what is signed as one type cannot be passed off as another.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::record {

inline constexpr std::string_view kInTotoType = "application/vnd.in-toto+json";
inline constexpr std::string_view kInTotoStatement = "https://in-toto.io/Statement/v1";  // "_type"

inline constexpr size_t kMostSignatures = 100;

struct EnvelopeSignature {
  std::string key_id;  // may be empty: a hint, which nobody has signed
  Bytes signature;
};

struct Envelope {
  std::string payload_type;
  std::string payload;
  std::vector<EnvelopeSignature> signatures;  // from one to kMostSignatures
};

// "DSSEv1 <length> <type> <length> <payload>", lengths in bytes.
std::string pre_authentication_encoding(std::string_view type, std::string_view payload);

Json to_json(const Envelope& envelope);

// kInvalidInput if members are missing or of another form; others are ignored, as the
// specification demands. Does not look into the payload and checks no signature.
[[nodiscard]] Result<Envelope> envelope_from_json(const Json& json);

}  // namespace glass::record

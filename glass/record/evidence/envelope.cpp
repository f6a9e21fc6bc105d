#include "glass/record/evidence/envelope.h"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/base64.h"

namespace glass::record {
namespace {

Result<Bytes> base64_member(const Json& json, std::string_view key) {
  GLASS_TRY(const std::string text, json.get_string(key));
  auto bytes = from_base64(text);
  if (!bytes) return in_context(fmt::format("\"{}\"", key), std::move(bytes).error());
  return bytes;
}

Result<EnvelopeSignature> signature_from_json(const Json& json) {
  EnvelopeSignature signature;
  const Json* key_id = json.find("keyid");
  if (key_id != nullptr && !key_id->is_null()) {
    GLASS_TRY(signature.key_id, json.get_string("keyid"));
  }
  GLASS_TRY(signature.signature, base64_member(json, "sig"));
  return signature;
}

}  // namespace

std::string pre_authentication_encoding(std::string_view type, std::string_view payload) {
  return fmt::format("DSSEv1 {} {} {} {}", type.size(), type, payload.size(), payload);
}

Json to_json(const Envelope& envelope) {
  Json::Array signatures;
  for (const auto& [key_id, signature] : envelope.signatures)
    signatures.push_back(Json::Object{{"keyid", key_id}, {"sig", to_base64(signature)}});
  return Json::Object{{"payload", to_base64(as_bytes(envelope.payload))},
                      {"payloadType", envelope.payload_type},
                      {"signatures", std::move(signatures)}};
}

Result<Envelope> envelope_from_json(const Json& json) {
  Envelope envelope;
  GLASS_TRY(envelope.payload_type, json.get_string("payloadType"));
  GLASS_TRY(const Bytes payload, base64_member(json, "payload"));
  envelope.payload = as_text(payload);
  GLASS_TRY(const Json::Array* signatures, json.get_array("signatures"));
  if (signatures->empty()) return invalid_input("it has no signature");
  if (signatures->size() > kMostSignatures)
    return invalid_input(
        fmt::format("it has {} signatures, more than {}", signatures->size(), kMostSignatures));
  for (const Json& one : *signatures) {
    GLASS_TRY(EnvelopeSignature signature, signature_from_json(one));
    envelope.signatures.push_back(std::move(signature));
  }
  return envelope;
}

}  // namespace glass::record

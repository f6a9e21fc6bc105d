#include "glass/record/model_signing/model_signature.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/record/evidence/envelope.h"
#include "glass/record/model_signing/internal/resource_names.h"

namespace glass::record {
namespace {

constexpr std::string_view kBundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
constexpr std::string_view kPredicateType = "https://model_signing/signature/v1.0";
constexpr std::string_view kPredicateMajor = "https://model_signing/signature/v1.";
constexpr std::string_view kIgnored[] = {".git", ".gitattributes", ".github", ".gitignore",
                                         kModelSignature};

// The key as bundles point to it.
std::string hint_of(const crypto::EcdsaPublicKey& key) {
  return to_hex(crypto::sha256(key.to_pem()).bytes);
}

// SHA-256 over the digests of all resources in their order.
crypto::Digest root_of(const std::vector<ModelResource>& resources) {
  crypto::Sha256 root;
  for (const ModelResource& one : resources) root.update(one.digest.bytes);
  return root.finish();
}

Json predicate_of(const std::vector<ModelResource>& resources) {
  Json::Array listed;
  for (const ModelResource& one : resources)
    listed.push_back(Json::Object{
        {"name", one.name}, {"digest", to_hex(one.digest.bytes)}, {"algorithm", "sha256"}});
  Json::Array ignored;
  for (const std::string_view path : kIgnored) ignored.emplace_back(path);
  return Json::Object{{"resources", std::move(listed)},
                      {"serialization", Json::Object{{"method", "files"},
                                                     {"hash_type", "sha256"},
                                                     {"allow_symlinks", false},
                                                     {"ignore_paths", std::move(ignored)}}}};
}

Result<crypto::Digest> hex_digest(const Json& json, std::string_view key) {
  GLASS_TRY(const std::string hex, json.get_string(key));
  return crypto::digest_from_text("sha256:" + hex);
}

Result<std::vector<ModelResource>> read_resources(const Json& predicate) {
  GLASS_TRY(const Json::Array* listed, predicate.get_array("resources"));
  std::vector<ModelResource> resources;
  for (const Json& one : *listed) {
    ModelResource resource;
    GLASS_TRY(resource.name, one.get_string("name"));
    GLASS_TRY(const std::string algorithm, one.get_string("algorithm"));
    if (algorithm != "sha256")
      return invalid_input(
          fmt::format("the digest of {} is made by {}; this program knows sha256 alone",
                      resource.name, algorithm));
    GLASS_TRY(resource.digest, hex_digest(one, "digest"));
    if (!resources.empty() && resources.back().name >= resource.name)
      return invalid_input(
          fmt::format("{} stands after {}: resources are in the order of their "
                      "names, each once",
                      resource.name, resources.back().name));
    resources.push_back(std::move(resource));
  }
  if (resources.empty()) return invalid_input("it signs no file");
  return resources;
}

Status read_serialization(const Json& predicate, SignedModel& model) {
  GLASS_TRY(const Json::Object* how, predicate.get_object("serialization"));
  const Json json(*how);
  GLASS_TRY(const std::string method, json.get_string("method"));
  if (method == "shards") {
    GLASS_TRY(model.shard_bytes, json.get_int("shard_size"));
    if (model.shard_bytes < 1) return invalid_input("its shards have no size");
  } else if (method != "files") {
    return invalid_input(fmt::format("its method is \"{}\", not files or shards", method));
  } else if (json.find("shard_size") != nullptr) {
    return invalid_input("it has a size of shards, and none");
  }
  if (json.find("allow_symlinks") != nullptr) {
    GLASS_TRY(model.links_allowed, json.get_bool("allow_symlinks"));
  }
  if (json.find("ignore_paths") == nullptr) return {};
  GLASS_TRY(const Json::Array* ignored, json.get_array("ignore_paths"));
  for (const Json& path : *ignored) {
    if (path.if_string() == nullptr || !is_plain_path(*path.if_string()))
      return invalid_input("an ignored path is no relative path within the folder");
    model.ignored.push_back(*path.if_string());
  }
  return {};
}

Status check_names(const SignedModel& model) {
  for (const ModelResource& one : model.resources) {
    std::string file = one.name;
    if (model.shard_bytes > 0) {
      GLASS_TRY(Part part, part_of(one.name));
      file = std::move(part.file);
    }
    if (!is_plain_path(file))
      return invalid_input(fmt::format("\"{}\" is no relative path within the folder", file));
  }
  return {};
}

Result<SignedModel> read_statement(std::string_view payload) {
  GLASS_TRY(const Json json, parse_json(payload));
  GLASS_TRY(const std::string type, json.get_string("_type"));
  if (type != kInTotoStatement)
    return invalid_input(fmt::format("it is a statement of the type \"{}\"", type));
  GLASS_TRY(const std::string predicate_type, json.get_string("predicateType"));
  if (!predicate_type.starts_with(kPredicateMajor))
    return invalid_input(
        fmt::format("it says \"{}\", which this program does not know", predicate_type));
  GLASS_TRY(const Json::Array* subjects, json.get_array("subject"));
  if (subjects->size() != 1) return invalid_input("it is not about one folder");
  SignedModel model;
  GLASS_TRY(model.folder, subjects->front().get_string("name"));
  GLASS_TRY(const Json::Object* digest, subjects->front().get_object("digest"));
  GLASS_TRY(const crypto::Digest root, hex_digest(*digest, "sha256"));
  GLASS_TRY(const Json::Object* object, json.get_object("predicate"));
  const Json predicate(*object);
  GLASS_TRY(model.resources, read_resources(predicate));
  GLASS_TRY_STATUS(read_serialization(predicate, model));
  GLASS_TRY_STATUS(check_names(model));
  if (root_of(model.resources) != root)
    return invalid_input("the digest of the folder does not follow from those of its files");
  return model;
}

Status check_hint(const Json& bundle, const crypto::EcdsaPublicKey& key) {
  GLASS_TRY(const Json::Object* material, bundle.get_object("verificationMaterial"));
  const auto found = material->find("publicKey");
  if (found == material->end())
    return invalid_input(
        "it is not signed with a key but by a certificate, which this program does not check");
  const Json& public_key = found->second;
  // Bundles of earlier versions carry the key itself.
  if (public_key.find("hint") == nullptr && public_key.find("rawBytes") != nullptr) return {};
  GLASS_TRY(const std::string hint, public_key.get_string("hint"));
  if (hint == hint_of(key)) return {};
  return fail(ErrorCode::kMismatch,
              fmt::format("it points to the key {}, not to the one given, {}", hint, hint_of(key)));
}

Result<Envelope> open_envelope(std::string_view bundle, const crypto::EcdsaPublicKey& key) {
  GLASS_TRY(const Json json, parse_json(bundle));
  GLASS_TRY(const std::string type, json.get_string("mediaType"));
  if (type != kBundleType)
    return invalid_input(fmt::format("its media type is \"{}\", not {}", type, kBundleType));
  GLASS_TRY_STATUS(check_hint(json, key));
  GLASS_TRY(const Json::Object* object, json.get_object("dsseEnvelope"));
  GLASS_TRY(Envelope envelope, envelope_from_json(*object));
  if (envelope.payload_type != kInTotoType)
    return invalid_input(fmt::format("its payload is of the type \"{}\"", envelope.payload_type));
  if (envelope.signatures.size() != 1) return invalid_input("it has not one signature");
  const std::string encoding = pre_authentication_encoding(kInTotoType, envelope.payload);
  if (!key.verify(as_bytes(encoding), envelope.signatures[0].signature))
    return fail(ErrorCode::kMismatch,
                "its signature does not belong to it: one of the two was changed, or another key "
                "made it");
  return envelope;
}

}  // namespace

std::string sign_model(std::string folder, std::vector<ModelResource> files,
                       const crypto::P256SecretKey& key) {
  std::ranges::sort(files, {}, &ModelResource::name);
  GLASS_CHECK(!files.empty());
  for (const ModelResource& file : files) GLASS_CHECK(is_plain_path(file.name));
  const Json digest = Json::Object{{"sha256", to_hex(root_of(files).bytes)}};
  const Json subject = Json::Object{{"name", std::move(folder)}, {"digest", digest}};
  const std::string payload = to_canonical(Json::Object{{"_type", kInTotoStatement},
                                                        {"subject", Json::Array{subject}},
                                                        {"predicateType", kPredicateType},
                                                        {"predicate", predicate_of(files)}});
  const std::string encoding = pre_authentication_encoding(kInTotoType, payload);
  const Envelope envelope{
      .payload_type = std::string(kInTotoType),
      .payload = payload,
      .signatures = {{.key_id = "", .signature = key.sign(as_bytes(encoding))}}};
  const Json public_key = Json::Object{{"hint", hint_of(key.public_key())}};
  return to_canonical(
             Json::Object{{"mediaType", kBundleType},
                          {"verificationMaterial",
                           Json::Object{{"publicKey", public_key}, {"tlogEntries", Json::Array{}}}},
                          {"dsseEnvelope", to_json(envelope)}}) +
         "\n";
}

bool signs_everything(const SignedModel& model) {
  return model.shard_bytes == 0 && !model.links_allowed &&
         std::ranges::all_of(model.ignored, [](const std::string& path) {
           return std::ranges::find(kIgnored, path) != std::end(kIgnored);
         });
}

Result<SignedModel> open_model_signature(std::string_view bundle,
                                         const crypto::EcdsaPublicKey& key) {
  const auto wrong = [](const Error& error) {
    const bool mismatch = error.code == ErrorCode::kMismatch;
    return fail(mismatch ? ErrorCode::kMismatch : ErrorCode::kCorruption,
                fmt::format("no valid signature of a model: {}", error.message));
  };
  const auto envelope = open_envelope(bundle, key);
  if (!envelope) return wrong(envelope.error());
  auto model = read_statement(envelope->payload);
  if (!model) return wrong(model.error());
  return model;
}

}  // namespace glass::record

// ModelSignature: the files of a model's folder and one signature under all of them, in the form of
// the OpenSSF Model Signing specification (version 1.0): a bundle of sigstore with an in-toto
// statement, signed with a key.
//
//   {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
//    "verificationMaterial":{"publicKey":{"hint":"..."},"tlogEntries":[]},"dsseEnvelope":{...}}
//
// The hint is the SHA-256 of the key's PEM text. Format page: docs/reference/formats/release.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/ecdsa.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"

namespace glass::record {

inline constexpr std::string_view kModelSignature = "model.sig";

// A file, or in a bundle of shards a part of one: "path:begin:end".
struct ModelResource {
  std::string name;  // relative, '/' between its parts
  crypto::Digest digest;

  friend bool operator==(const ModelResource&, const ModelResource&) = default;
};

struct SignedModel {
  std::string folder;                    // its name when it was signed, for people
  std::vector<ModelResource> resources;  // in code-point order of their names
  int64_t shard_bytes = 0;               // 0: each resource is a whole file
  bool links_allowed = false;
  std::vector<std::string> ignored;  // paths that are not signed, with all below them
};

// The text of the bundle. REQUIRES: at least one file; names are relative, normal and differ.
std::string sign_model(std::string folder, std::vector<ModelResource> files,
                       const crypto::P256SecretKey& key);

// What a bundle says, after its signature and its form were found right: kMismatch if the signature
// is wrong or another key's, kCorruption, naming the member, if the bundle breaks a rule.
[[nodiscard]] Result<SignedModel> open_model_signature(std::string_view bundle,
                                                       const crypto::EcdsaPublicKey& key);

// Whether it is of whole files, without links, and leaves out nothing but what sign_model does:
// git's files at the top, and itself.
[[nodiscard]] bool signs_everything(const SignedModel& model);

// The digest of a file of the folder, by its name.
using DigestOf = FunctionRef<Result<crypto::Digest>(const std::string& file)>;

// The folder holds exactly the signed files, each with its digest: kMismatch naming the first that
// was changed, is missing, is a link or is not signed. Parts of files are read here; whole ones are
// asked of `digest_of`.
[[nodiscard]] Status expect_signed_files(const SignedModel& model, const system::Path& folder,
                                         system::Files& files, DigestOf digest_of);

}  // namespace glass::record

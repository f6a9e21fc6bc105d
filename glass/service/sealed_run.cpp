#include "glass/service/sealed_run.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/service/recorded_file.h"

namespace glass::service {
namespace {

constexpr std::string_view kSealedRunKind = "glass-sealed-run-1";

// Who signs names facility, run and readers, so that no other key gets into the run's place.
std::string signed_text(const Json::Object& json) {
  Json::Object without = json;
  without.erase("signature");
  return to_canonical(without);
}

struct ReadSealedRun {
  GovernedBy by;
  crypto::PublicKey signer;
  Json::Array readers;
};

Result<ReadSealedRun> read_sealed_run(std::string_view text) {
  GLASS_TRY(const Json json, parse_json(text));
  GLASS_TRY(const std::string kind, json.get_string("kind"));
  if (kind != kSealedRunKind) return invalid_input(fmt::format("it is a {}", kind));
  ReadSealedRun read;
  GLASS_TRY(read.by, governed_by_from_json(json));
  GLASS_TRY(const std::string signer, json.get_string("signer"));
  GLASS_TRY(read.signer, crypto::public_key_from_text(signer));
  GLASS_TRY(const std::string signed_by, json.get_string("signature"));
  GLASS_TRY(const crypto::Signature signature, crypto::signature_from_text(signed_by));
  if (!crypto::verify(read.signer, as_bytes(signed_text(*json.if_object())), signature))
    return fail(ErrorCode::kMismatch, "its signature does not hold");
  GLASS_TRY(const Json::Array* readers, json.get_array("readers"));
  read.readers = *readers;
  return read;
}

Result<crypto::SealingKey> key_for(const Json::Array& readers, const crypto::SecretKey& reader) {
  const std::string wanted = crypto::to_text(reader.public_key());
  for (const Json& one : readers) {
    GLASS_TRY(const std::string name, one.get_string("reader"));
    if (name != wanted) continue;
    GLASS_TRY(const std::string hex, one.get_string("key"));
    GLASS_TRY(const Bytes sealed, from_hex(hex));
    return crypto::open_key(sealed, reader);
  }
  return refused(fmt::format("{} is none of its {} readers; use the key of one by --reader-key",
                             wanted, readers.size()));
}

// What was written in plain text stays so: a level that rises seals nothing afterwards.
Status expect_nothing_plain(const RunPaths& paths, system::Files& files) {
  for (const system::Path& plain : {paths.checkpoints(), paths.model(), paths.adapter()}) {
    if (files.exists(plain))
      return refused(
          fmt::format("{} was not sealed when it was written; train into another folder "
                      "with --out, and remove it",
                      system::path_text(plain)));
  }
  return {};
}

}  // namespace

bool is_sealed_run(system::Files& files, const RunPaths& paths) {
  return files.exists(paths.sealed());
}

Result<SealedRun> begin_sealed_run(const GovernedBy& by, std::span<const crypto::PublicKey> readers,
                                   const crypto::SecretKey& signer, const RunPaths& paths,
                                   system::Files& files) {
  GLASS_TRY_STATUS(expect_nothing_plain(paths, files));
  SealedRun run{.by = by, .signer = signer.public_key(), .key = crypto::SealingKey::generate()};
  Json::Array sealed;
  for (const crypto::PublicKey& reader : readers)
    sealed.push_back(Json::Object{{"reader", crypto::to_text(reader)},
                                  {"key", to_hex(crypto::seal_key(run.key, reader))}});
  Json::Object json{{"kind", kSealedRunKind},
                    {"facility", by.facility},
                    {"run", by.run},
                    {"signer", crypto::to_text(run.signer)},
                    {"readers", std::move(sealed)}};
  json.emplace("signature", crypto::to_text(signer.sign(as_bytes(signed_text(json)))));
  GLASS_TRY_STATUS(files.make_folders(paths.training()));
  GLASS_TRY_STATUS(files.write_atomic(paths.sealed(), as_bytes(to_pretty(json))));
  return run;
}

Result<SealedRun> open_sealed_run(const crypto::SecretKey& reader, const RunPaths& paths,
                                  system::Files& files) {
  GLASS_TRY(const std::string text, files.read_text(paths.sealed()));
  const auto read = read_sealed_run(text);
  if (!read) return changed(paths.sealed(), read.error().message);
  auto key = key_for(read->readers, reader);
  if (!key) return in_context(system::path_text(paths.sealed()), std::move(key).error());
  return SealedRun{.by = read->by, .signer = read->signer, .key = *key};
}

}  // namespace glass::service

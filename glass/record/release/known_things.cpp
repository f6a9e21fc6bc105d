#include "glass/record/release/internal/known_things.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/record/release/internal/folder_digests.h"
#include "glass/system/files.h"

namespace glass::record {
namespace {

constexpr uint64_t kMostReadBytes = uint64_t{64} << 20;

// Canonical JSON of an envelope begins so; others are not read as one.
constexpr std::string_view kEnvelopeBegin = "{\"payload\":";

}  // namespace

std::optional<crypto::Digest> run_stated_by(const Statement& statement) {
  if (!expect_kind(statement, "run-record", 1)) return std::nullopt;
  const auto run = statement.predicate.get_object("run");
  if (!run) return std::nullopt;
  return crypto::sha256(to_canonical(Json(**run)));
}

Result<KnownThings> KnownThings::in(system::Files& files, const std::vector<system::Path>& folders,
                                    Parallel& parallel) {
  KnownThings known;
  for (const system::Path& folder : folders) {
    GLASS_TRY(const FolderDigests digests, digest_folder(files, folder, parallel));
    for (const auto& [name, digest] : digests.files) {
      const std::string file = system::path_text(folder / name);
      known.files_.emplace(digest, file);
      if (digests.sizes.at(name) > kMostReadBytes) continue;
      GLASS_TRY(const auto mapped, files.map(folder / name));
      const std::string_view text = as_text(mapped->bytes());
      if (!text.starts_with(kEnvelopeBegin)) continue;
      const auto statement = parse_statement(text);
      if (statement && verify(*statement)) known.add(file, *statement);
    }
  }
  return known;
}

void KnownThings::add(const std::string& file, const Statement& statement) {
  const crypto::Digest payload = payload_digest(statement);
  if (const auto run = run_stated_by(statement)) runs_[*run].insert(payload);
  for (const Subject& subject : statement.subjects) about_[subject.digest].insert(payload);
  const auto [known, is_new] = statements_.try_emplace(payload, KnownStatement{file, statement});
  if (is_new) return;
  for (const StatementSignature& signature : statement.signatures) {
    if (!is_signed_by(known->second.statement, signature.key))
      known->second.statement.signatures.push_back(signature);
  }
}

const KnownStatement* KnownThings::statement(const crypto::Digest& payload) const {
  const auto found = statements_.find(payload);
  return found == statements_.end() ? nullptr : &found->second;
}

std::vector<const KnownStatement*> KnownThings::statements(const Payloads& payloads,
                                                           const crypto::Digest& digest) const {
  std::vector<const KnownStatement*> found;
  const auto at = payloads.find(digest);
  if (at == payloads.end()) return found;
  for (const crypto::Digest& payload : at->second) found.push_back(&statements_.at(payload));
  return found;
}

std::vector<const KnownStatement*> KnownThings::records_of(const crypto::Digest& run) const {
  return statements(runs_, run);
}

const std::string* KnownThings::file(const crypto::Digest& digest) const {
  const auto found = files_.find(digest);
  return found == files_.end() ? nullptr : &found->second;
}

std::vector<const KnownStatement*> KnownThings::about(const crypto::Digest& digest) const {
  return statements(about_, digest);
}

}  // namespace glass::record

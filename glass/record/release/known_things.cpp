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

constexpr uint64_t kMostStatementBytes = uint64_t{64} << 20;

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
      if (digests.sizes.at(name) > kMostStatementBytes) continue;
      GLASS_TRY(const auto mapped, files.map(folder / name));
      const std::string_view text = as_text(mapped->bytes());
      if (!text.starts_with(kEnvelopeBegin)) continue;
      if (auto statement = parse_statement(text)) known.add(file, std::move(*statement));
    }
  }
  return known;
}

void KnownThings::add(const std::string& file, Statement statement) {
  const crypto::Digest payload = payload_digest(statement);
  if (const auto run = run_stated_by(statement)) runs_.emplace(*run, payload);
  for (const Subject& subject : statement.subjects) about_[subject.digest].insert(payload);
  statements_.try_emplace(payload, KnownStatement{file, std::move(statement)});
}

const KnownStatement* KnownThings::statement(const crypto::Digest& digest) const {
  const auto run = runs_.find(digest);
  const auto found = statements_.find(run == runs_.end() ? digest : run->second);
  return found == statements_.end() ? nullptr : &found->second;
}

const std::string* KnownThings::file(const crypto::Digest& digest) const {
  const auto found = files_.find(digest);
  return found == files_.end() ? nullptr : &found->second;
}

std::vector<const KnownStatement*> KnownThings::about(const crypto::Digest& digest) const {
  std::vector<const KnownStatement*> found;
  const auto payloads = about_.find(digest);
  if (payloads == about_.end()) return found;
  for (const crypto::Digest& payload : payloads->second) found.push_back(&statements_.at(payload));
  return found;
}

}  // namespace glass::record

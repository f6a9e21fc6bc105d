// add_evidence: the record of the run as a part of its release.
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/release/release_layout.h"
#include "glass/service/release/internal/release_parts.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

// Names that it is a part of the run for, and the digest that the record has of it, if any.
struct EvidenceFile {
  std::string name;
  std::optional<crypto::Digest> recorded;
};

std::vector<EvidenceFile> evidence_of(const RunRecord& record) {
  const RunOrigin& origin = record.subject.origin;
  std::vector<EvidenceFile> files = {{"record.json", {}},
                                     {"recipe.json", origin.recipe},
                                     {"corpus/manifest.json", origin.corpus},
                                     {"tokenizer/tokenizer.json", origin.tokenizer},
                                     {"training/chain.jsonl", {}}};
  if (origin.shards) files.push_back({"shards/manifest.json", origin.shards});
  if (origin.start) files.push_back({"start/manifest.json", origin.start});
  for (const auto& [file, digest] : log_digests(record))
    files.push_back({"training/" + file, digest});
  return files;
}

}  // namespace

Status add_evidence(StagedRelease& release, const RunRecord& record, const RunPaths& paths,
                    system::Files& files) {
  const auto in_release = [](std::string_view name) {
    return fmt::format("{}/{}", record::kEvidenceFolder, name);
  };
  for (const EvidenceFile& file : evidence_of(record))
    GLASS_TRY_STATUS(release.copy(paths.root / file.name, in_release(file.name), file.recorded));
  // The record of the run that the start came from, where it came from one.
  if (files.exists(paths.start() / "record.json"))
    GLASS_TRY_STATUS(
        release.copy(paths.start() / "record.json", in_release("start/record.json"), {}));
  if (!files.exists(paths.replays())) return {};
  GLASS_TRY(const std::vector<system::Entry> replays, files.list(paths.replays()));
  for (const system::Entry& replay : replays) {
    GLASS_TRY(const record::Statement statement, read_signed(files, paths.replays() / replay.name));
    GLASS_TRY_STATUS(expect_about(statement, run_digest(record.subject)));
    GLASS_TRY_STATUS(
        release.copy(paths.replays() / replay.name, in_release("replays/" + replay.name), {}));
  }
  return {};
}

}  // namespace glass::service

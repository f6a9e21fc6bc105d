#include "glass/service/log/internal/own_log.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/heads/head_store.h"
#include "glass/record/sequencer/log_folder.h"
#include "glass/record/sequencer/sequencer.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

tl::unexpected<Error> no_log(const system::Path& root) {
  return fail(ErrorCode::kNotFound,
              fmt::format("{} is no log; `glass log init {} --origin NAME` makes one",
                          system::path_text(root), system::path_text(root)));
}

// A file of SQLite is of one log; a database may be of several, so the checkpoint says which.
Result<std::string> origin_of(system::Files& files, const record::LogFolder& folder,
                              record::HeadStore& heads) {
  if (files.exists(folder.database()) && files.exists(folder.checkpoint())) {
    GLASS_TRY(const std::string note, files.read_text(folder.checkpoint()));
    GLASS_TRY(const record::SignedNote parsed, record::parse_note(note));
    GLASS_TRY(const record::Checkpoint checkpoint, record::parse_checkpoint(parsed.text));
    return checkpoint.origin;
  }
  GLASS_TRY(std::vector<std::string> origins, heads.origins());
  return origins.empty() ? std::string() : std::move(origins.front());
}

}  // namespace

Result<std::unique_ptr<record::HeadStore>> open_heads(system::Files& files,
                                                      const record::LogFolder& folder) {
  if (!files.exists(folder.database())) return record::open_sqlite_head_store(folder.head());
  GLASS_TRY(const Bytes connection, files.read_private(folder.database()));
  return record::open_postgres_head_store(std::string(as_text(connection)));
}

Result<OwnLog> open_own(system::Files& files, const system::Path& root) {
  const record::LogFolder folder{root};
  if (!files.exists(folder.key())) return no_log(root);
  GLASS_TRY(crypto::SecretKey key, crypto::SecretKey::load(files, folder.key()));
  GLASS_TRY(auto heads, open_heads(files, folder));
  GLASS_TRY(std::string origin, origin_of(files, folder, *heads));
  if (origin.empty()) return no_log(root);
  return OwnLog{.folder = folder,
                .key = std::move(key),
                .heads = std::move(heads),
                .origin = std::move(origin)};
}

Result<std::unique_ptr<record::Sequencer>> open_sequencer(system::Files& files, const OwnLog& log) {
  return record::Sequencer::open({files, *log.heads, log.folder, log.origin, log.key});
}

Result<crypto::SecretKey> key_of(system::Files& files, const system::Path& file) {
  if (files.exists(file)) return crypto::SecretKey::load(files, file);
  const crypto::SecretKey key = crypto::SecretKey::generate();
  GLASS_TRY_STATUS(key.save(files, file));
  return key;
}

}  // namespace glass::service

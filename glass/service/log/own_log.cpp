#include "glass/service/log/internal/own_log.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/heads/head_store.h"
#include "glass/record/sequencer/log_folder.h"
#include "glass/record/sequencer/sequencer.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

tl::unexpected<Error> no_log(const system::Path& root) {
  return fail(ErrorCode::kNotFound,
              fmt::format("{} is no log; `glass log init {} --origin NAME` makes one",
                          system::path_text(root), system::path_text(root)));
}

}  // namespace

Result<OwnLog> open_own(system::Files& files, const system::Path& root) {
  const record::LogFolder folder{root};
  if (!files.exists(folder.key())) return no_log(root);
  GLASS_TRY(crypto::SecretKey key, crypto::SecretKey::load(files, folder.key()));
  GLASS_TRY(auto heads, record::open_sqlite_head_store(folder.head()));
  GLASS_TRY(std::vector<std::string> origins, heads->origins());
  if (origins.empty()) return no_log(root);
  return OwnLog{.folder = folder,
                .key = std::move(key),
                .heads = std::move(heads),
                .origin = std::move(origins.front())};
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

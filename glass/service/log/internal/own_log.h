// OwnLog: a log of our own, whose key we have.
#pragma once

#include <memory>
#include <string>

#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/heads/head_store.h"
#include "glass/record/sequencer/log_folder.h"
#include "glass/record/sequencer/sequencer.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/files.h"

namespace glass::service {

struct OwnLog {
  record::LogFolder folder;
  crypto::SecretKey key;
  std::unique_ptr<record::HeadStore> heads;
  std::string origin;

  [[nodiscard]] record::NoteKey note_key() const {
    return {.name = origin, .key = key.public_key()};
  }
};

// Where the log's head is kept: in PostgreSQL, if private/database names one, else in a file.
[[nodiscard]] Result<std::unique_ptr<record::HeadStore>> open_heads(
    system::Files& files, const record::LogFolder& folder);

// kNotFound says how to make one.
[[nodiscard]] Result<OwnLog> open_own(system::Files& files, const system::Path& root);

// `log` outlives it.
[[nodiscard]] Result<std::unique_ptr<record::Sequencer>> open_sequencer(system::Files& files,
                                                                        const OwnLog& log);

// The key in the file; a new one if there is none.
[[nodiscard]] Result<crypto::SecretKey> key_of(system::Files& files, const system::Path& file);

}  // namespace glass::service

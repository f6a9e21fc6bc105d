// LogFolder: where a log lies on this machine.
//
//   LOG/public/checkpoint      what the world may read, as C2SP tlog-tiles says; any web server may
//   LOG/public/tile/...        serve it
//   LOG/public/blob/...        what entries name by digest (blobs.h)
//   LOG/private/key.json       what its checkpoints are signed with
//   LOG/private/head.sqlite    what the log stands at (record/heads), or
//   LOG/private/database       where PostgreSQL keeps it: a string for libpq, mode 0600
//   LOG/private/staged/<root>  tiles of a growth that is not published yet (growth.h)
#pragma once

#include <string>

#include "glass/base/bytes.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"

namespace glass::record {

struct LogFolder {
  system::Path root;

  [[nodiscard]] system::Path published() const { return root / "public"; }

  [[nodiscard]] system::Path checkpoint() const { return published() / "checkpoint"; }

  [[nodiscard]] system::Path secrets() const { return root / "private"; }

  [[nodiscard]] system::Path key() const { return secrets() / "key.json"; }

  [[nodiscard]] system::Path head() const { return secrets() / "head.sqlite"; }

  [[nodiscard]] system::Path database() const { return secrets() / "database"; }

  [[nodiscard]] system::Path staged() const { return secrets() / "staged"; }

  [[nodiscard]] system::Path staged(const crypto::Digest& log_root) const {
    return staged() / to_hex(log_root.bytes);
  }
};

}  // namespace glass::record

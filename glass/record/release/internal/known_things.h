// KnownThings: files of some folders, by the digests that statements name them by.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/statement.h"
#include "glass/system/files.h"

namespace glass::record {

struct KnownStatement {
  std::string file;
  Statement statement;
};

class KnownThings {
 public:
  // Reads and hashes every file below the folders. A statement counts if its signatures hold; of
  // several copies the signatures are put together.
  [[nodiscard]] static Result<KnownThings> in(system::Files& files,
                                              const std::vector<system::Path>& folders,
                                              Parallel& parallel);

  // By the digest of its payload; null if there is none.
  [[nodiscard]] const KnownStatement* statement(const crypto::Digest& payload) const;

  // The records that state a run, which lies in no file, in the order of their payloads.
  [[nodiscard]] std::vector<const KnownStatement*> records_of(const crypto::Digest& run) const;

  // The file of these bytes.
  [[nodiscard]] const std::string* file(const crypto::Digest& digest) const;

  // The statements that have the digest as a subject, in the order of their payloads.
  [[nodiscard]] std::vector<const KnownStatement*> about(const crypto::Digest& digest) const;

 private:
  using Payloads = std::map<crypto::Digest, std::set<crypto::Digest>>;

  void add(const std::string& file, const Statement& statement);
  [[nodiscard]] std::vector<const KnownStatement*> statements(const Payloads& payloads,
                                                              const crypto::Digest& digest) const;

  std::map<crypto::Digest, std::string> files_;
  std::map<crypto::Digest, KnownStatement> statements_;  // by payload
  Payloads runs_;                                        // of their records
  Payloads about_;                                       // of statements, by subject
};

// The digest of what a run record states the run to be; nothing of another statement.
std::optional<crypto::Digest> run_stated_by(const Statement& statement);

}  // namespace glass::record

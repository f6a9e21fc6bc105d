// SealedFiles: files of which those that hold weights are sealed. Whoever writes and reads through
// it sees plain text; on the disk there is none, not even for a moment.
//
// Sealed are the files below model/, adapter/ and training/checkpoints/ of one run, and what is
// staged for them. The log of a training, its chain and its record are not.
//
// What always holds: what of these places is not sealed is not read; a file that was exchanged for
// another of the run, or cut off, is not read. Used by several threads at once, as Files are.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "glass/crypto/ed25519.h"
#include "glass/crypto/sealing.h"
#include "glass/service/sealed_run.h"
#include "glass/system/files.h"

namespace glass::service {

class SealedFiles final : public system::Files {
 public:
  // Seals and opens what belongs to the run in `root`.
  SealedFiles(system::Files& files, const system::Path& root, SealedRun run);

  // Seals nothing, and opens the files of runs that the reader may open; with none, it says so.
  SealedFiles(system::Files& files, std::optional<crypto::SecretKey> reader);

  Result<Bytes> read(const system::Path& file) override;
  Result<std::string> read_text(const system::Path& file) override;
  Result<std::unique_ptr<system::MappedFile>> map(const system::Path& file) override;
  Result<uint64_t> size_bytes(const system::Path& file) override;
  bool exists(const system::Path& path) override;
  Result<std::vector<system::Entry>> list(const system::Path& folder) override;
  Status write_atomic(const system::Path& file, ByteView bytes) override;
  Status write_private(const system::Path& file, ByteView bytes) override;
  Result<Bytes> read_private(const system::Path& file) override;
  Result<std::unique_ptr<system::WritableFile>> create(const system::Path& file) override;
  Result<std::unique_ptr<system::WritableFile>> append(const system::Path& file,
                                                       uint64_t keep_bytes) override;
  Status make_folders(const system::Path& folder) override;
  Status publish(const system::Path& staged, const system::Path& target) override;
  Status remove_all(const system::Path& path) override;
  Result<std::unique_ptr<system::FolderLock>> lock(const system::Path& folder) override;
  Result<uint64_t> free_bytes(const system::Path& folder) override;

 private:
  [[nodiscard]] bool seals(const system::Path& file) const;

  // The key of the run that a sealed file belongs to, and its name there.
  struct Opener {
    const SealedRun* run;
    std::string name;
  };

  [[nodiscard]] Result<Opener> opener_of(const system::Path& file);
  [[nodiscard]] Result<const SealedRun*> run_in(const system::Path& root);
  [[nodiscard]] Result<std::optional<Bytes>> opened(const system::Path& file, ByteView raw);

  system::Files& files_;
  std::optional<crypto::SecretKey> reader_;
  system::Path root_;                       // that is sealed; empty: none is
  std::mutex mutex_;                        // of runs_
  std::map<system::Path, SealedRun> runs_;  // by their folders
};

}  // namespace glass::service

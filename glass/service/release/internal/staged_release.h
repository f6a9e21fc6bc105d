// StagedRelease: a release's folder on its way, and what is in it by digest.
//
// It is made in a folder of our own beside the target, ".NAME.glass-release", which is locked while
// the release is made and removed when the StagedRelease ends, published or not. What a kill left
// there is removed by the next attempt; what others put there is not touched.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"

namespace glass::service {

struct StagedFile {
  crypto::Digest digest;
  uint64_t bytes = 0;
};

// `to` without a slash at its end. kRefused if anything is there, be it a link that leads nowhere;
// kInvalidInput if it is no name of a folder.
[[nodiscard]] Result<system::Path> release_target(system::Files& files, const system::Path& to);

class StagedRelease {
 public:
  // `target` is what release_target gave. kRefused if it is there, if another release to it is on
  // its way, or if the place to make it in holds something that is not ours.
  [[nodiscard]] static Result<StagedRelease> begin(system::Files& files, Parallel& parallel,
                                                   system::Path target);

  // Names are printable paths (base/plain_path.h) that the release does not have yet; others are
  // kInvalidInput, before anything is written.
  [[nodiscard]] Status write(const std::string& name, std::string_view text);

  // kMismatch if the file does not have the digest that was recorded.
  [[nodiscard]] Status copy(const system::Path& from, const std::string& name,
                            const std::optional<crypto::Digest>& recorded);

  // Where somebody else may write a new file, which is then adopted.
  [[nodiscard]] Result<system::Path> new_path(const std::string& name) const;
  [[nodiscard]] Status adopt(const std::string& name);

  // Takes a file out again; none is no error.
  [[nodiscard]] Status discard(const std::string& name);

  // The folder appears at the target, which still has to be free. The last call.
  [[nodiscard]] Status publish();

  [[nodiscard]] system::Path path(std::string_view name) const { return folder() / name; }

  [[nodiscard]] system::Path folder() const;

  [[nodiscard]] const std::map<std::string, StagedFile>& files() const { return staged_; }

 private:
  class Place;

  // Place is whole in the .cpp only.
  struct EndPlace {
    void operator()(Place* place) const;
  };

  using PlacePointer = std::unique_ptr<Place, EndPlace>;

  StagedRelease(system::Files& files, Parallel& parallel, system::Path target, PlacePointer place)
      : files_(&files),
        parallel_(&parallel),
        target_(std::move(target)),
        place_(std::move(place)) {}

  // One worker hashes while another writes, where there are two.
  [[nodiscard]] Result<crypto::Digest> put(const std::string& name, ByteView bytes);

  system::Files* files_;
  Parallel* parallel_;
  system::Path target_;
  PlacePointer place_;
  std::map<std::string, StagedFile> staged_;
};

}  // namespace glass::service

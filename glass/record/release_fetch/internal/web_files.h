// WebFiles: the files of a release as a server hands them out, whatever it does in between.
//
// A connection that breaks or stalls and a server in trouble (500 and above, 429) are tried again,
// as long as every so many tries bring something.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "glass/base/result.h"
#include "glass/record/release_fetch/fetch_release.h"
#include "glass/record/release_fetch/internal/file_part.h"
#include "glass/record/release_fetch/release_sums.h"
#include "glass/system/files.h"
#include "glass/system/http/http_client.h"

namespace glass::record {

class WebFiles {
 public:
  // All of them outlive it.
  WebFiles(system::Files& files, const std::string& base, const FetchWatch& watch,
           const FetchLimits& limits)
      : files_(files), base_(base), watch_(watch), limits_(limits) {}

  // A small one. kNotFound if the server has none, kCorruption if it is too long.
  [[nodiscard]] Result<std::string> read_text(std::string_view file);

  // Goes on with what lies at `part`, or begins anew, until it has the digest. What is there after
  // an error may be gone on with. `place` is told with how far it is.
  [[nodiscard]] Status fetch(const ListedFile& listed, const system::Path& part,
                             std::string_view place);

 private:
  // Why a try failed, and whether another one may do better.
  struct Failure {
    Error error;
    bool may_pass;
  };

  using Tried = tl::expected<void, Failure>;

  template <typename Try, typename Bytes>
  Status repeat(const Try& attempt, const Bytes& bytes_so_far);

  // Hands the body of the answer to `take`.
  template <typename Take>
  Tried ask(const std::string& url, uint64_t from_byte, const Take& take);

  Tried try_part(const std::string& url, FilePart& part, const crypto::Digest& wanted,
                 std::string_view place);

  system::Files& files_;
  const std::string& base_;
  const FetchWatch& watch_;
  const FetchLimits& limits_;
  system::HttpClient client_;
  bool has_answered_ = false;
};

}  // namespace glass::record

#include "glass/record/release_fetch/internal/web_files.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/record/release_fetch/release_url.h"
#include "glass/system/files.h"
#include "glass/system/http/http_client.h"
#include "glass/system/interrupt.h"

namespace glass::record {
namespace {

constexpr uint64_t kMostTextBytes = uint64_t{64} << 20;
constexpr uint64_t kWorthwhileBytes = uint64_t{1} << 20;  // a try that brings them is not in vain
constexpr int kNoSuchPart = 416;

Status stopped() {
  return fail(ErrorCode::kInterrupted, "the fetch was stopped");
}

std::string progress_line(std::string_view place, const FilePart& part) {
  if (!part.total_bytes()) return fmt::format("{}, {}", place, bytes_text(part.bytes()));
  return fmt::format("{}, {} of {}", place, bytes_text(part.bytes()),
                     bytes_text(*part.total_bytes()));
}

}  // namespace

template <typename Try, typename Bytes>
Status WebFiles::repeat(const Try& attempt, const Bytes& bytes_so_far) {
  uint64_t most_bytes = bytes_so_far();
  for (int in_vain = 0;;) {
    const Tried tried = attempt();
    if (tried) return {};
    const bool is_worthwhile = bytes_so_far() >= most_bytes + kWorthwhileBytes;
    in_vain = is_worthwhile ? 0 : in_vain + 1;
    most_bytes = std::max(most_bytes, bytes_so_far());
    if (!tried.error().may_pass || in_vain >= limits_.tries)
      return tl::unexpected(tried.error().error);
    watch_.tell(fmt::format("{}; trying again", tried.error().error.message));
    system::wait_interruptibly(limits_.pause_ms);
    if (watch_.interrupted()) return stopped();
  }
}

template <typename Take>
WebFiles::Tried WebFiles::ask(const std::string& url, uint64_t from_byte, const Take& take) {
  const system::HttpDownload wanted{.url = url,
                                    .from_byte = from_byte,
                                    .stall_seconds = limits_.stall_seconds,
                                    .interrupted = watch_.interrupted};
  bool has_body = false, is_our_error = false;
  const auto answer =
      client_.download(wanted, [&](const system::HttpHead& head, ByteView piece) -> Status {
        has_body = true;
        Status taken = watch_.interrupted() ? stopped() : take(head, piece);
        is_our_error = !taken;
        return taken;
      });
  has_answered_ |= answer || has_body;
  if (!answer) {
    const bool may_pass = has_answered_ && !is_our_error && answer.error().code == ErrorCode::kIo;
    return tl::unexpected(Failure{answer.error(), may_pass});
  }
  const int status = answer->status;
  if (status == 200 || status == 206) return {};
  if (status == kNoSuchPart && from_byte > 0) return {};  // nothing is missing
  const bool is_absent = status == 404 || status == 410;
  return tl::unexpected(Failure{{is_absent ? ErrorCode::kNotFound : ErrorCode::kIo,
                                 fmt::format("{}: the server answers {}", url, status)},
                                status >= 500 || status == 429});
}

Result<std::string> WebFiles::read_text(std::string_view file) {
  const std::string url = file_url(base_, file);
  watch_.tell(fmt::format("fetching {}", url));
  std::string text;
  const auto take = [&](const system::HttpHead& /*head*/, ByteView piece) -> Status {
    if (text.size() + piece.size() > kMostTextBytes)
      return fail(ErrorCode::kCorruption,
                  fmt::format("{} has more than {}, too much for such a file", url,
                              bytes_text(kMostTextBytes)));
    text += as_text(piece);
    return {};
  };
  const auto attempt = [&] {
    text.clear();
    return ask(url, 0, take);
  };
  GLASS_TRY_STATUS(repeat(attempt, [] { return uint64_t{0}; }));
  return text;
}

WebFiles::Tried WebFiles::try_part(const std::string& url, FilePart& part,
                                   const crypto::Digest& wanted, std::string_view place) {
  const auto asked =
      ask(url, part.bytes(), [&](const system::HttpHead& head, ByteView piece) -> Status {
        const Status taken = part.take(head, piece, limits_.free_bytes_left);
        watch_.tell(progress_line(place, part));
        return taken;
      });
  if (!asked) {
    part.missed();
    return asked;
  }
  // Where what was there before is to blame, the whole, which is asked for next, may still be
  // right.
  const bool may_pass = part.is_pieced_together();
  if (const Status settled = part.settle(wanted); !settled)
    return tl::unexpected(Failure{settled.error(), may_pass});
  return {};
}

Status WebFiles::fetch(const ListedFile& listed, const system::Path& part_file,
                       std::string_view place) {
  const std::string url = file_url(base_, listed.file);
  FilePart part(files_, part_file, url);
  GLASS_TRY_STATUS(part.find(watch_));
  return repeat([&] { return try_part(url, part, listed.digest, place); },
                [&] { return part.bytes(); });
}

}  // namespace glass::record

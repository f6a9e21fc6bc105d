// HttpSource: a log on a server, as record::LogReader wants it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/record/tlog/log_source.h"
#include "glass/system/http/http_client.h"

namespace glass::service {

class HttpSource final : public record::LogSource {
 public:
  // The URL of the log, without the last slash.
  explicit HttpSource(std::string url) : url_(std::move(url)) {}

  [[nodiscard]] Result<Bytes> read(std::string_view path, size_t most_bytes) override;

 private:
  std::string url_;
  system::HttpClient client_;
};

}  // namespace glass::service

#include "glass/service/log/http_source.h"

#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/system/http/http_client.h"

namespace glass::service {

Result<Bytes> HttpSource::read(std::string_view path, size_t most_bytes) {
  const std::string url = fmt::format("{}/{}", url_, path);
  GLASS_TRY(const system::HttpResponse answer,
            client_.fetch({.url = url, .most_bytes = most_bytes}));
  if (answer.status == 200) return Bytes(answer.body.begin(), answer.body.end());
  const auto code =
      answer.status == 404 || answer.status == 410 ? ErrorCode::kNotFound : ErrorCode::kIo;
  return fail(code, fmt::format("{}: the server answers {}", url, answer.status));
}

}  // namespace glass::service

// serve_folder: hands out the files of a folder on this machine, as any web server does, while a
// command runs.
//
// usage: serve_folder FOLDER COMMAND
//
// COMMAND is for sh and finds the server's address in $URL; its exit status is ours. What is called
// $NEVER is asked for in vain: the answer does not come.
#include <sys/wait.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/plain_path.h"
#include "glass/base/result.h"
#include "glass/system/files.h"
#include "glass/system/http/http.h"
#include "glass/system/http_server/http_server.h"

namespace {

using glass::system::HttpReply;
using glass::system::HttpRequest;
using glass::system::HttpResponse;

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      decoded += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

HttpResponse answer(const glass::system::Path& folder, const HttpRequest& request) {
  const std::string file = percent_decoded(request.path().substr(1));
  if (!glass::is_plain_path(file)) return glass::system::plain_text(400, "no file is called so");
  const auto text = glass::system::posix_files().read_text(folder / file);
  if (!text) return glass::system::plain_text(404, "there is no such file");
  std::string_view range = glass::system::header_of(request.headers, "range");
  if (!range.starts_with("bytes=") || !range.ends_with('-')) return {200, {}, *text};
  range.remove_prefix(6);
  range.remove_suffix(1);
  const uint64_t from = glass::parse_decimal(range).value_or(0);
  if (from >= text->size()) return glass::system::plain_text(416, "the file ends before");
  const std::string part = fmt::format("bytes {}-{}/{}", from, text->size() - 1, text->size());
  return {206, {{"Content-Range", part}}, text->substr(from)};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: serve_folder FOLDER COMMAND\n");
    return 2;
  }
  const char* const never = std::getenv("NEVER");
  std::mutex mutex;
  std::vector<HttpReply> waiting;
  auto server = glass::system::HttpServer::start(
      "127.0.0.1", 0, [&](const HttpRequest& request, HttpReply reply) {
        if (never == nullptr || !request.path().ends_with(never))
          return reply(answer(argv[1], request));
        const std::lock_guard lock(mutex);
        waiting.push_back(std::move(reply));
      });
  if (!server) {
    fmt::print(stderr, "serve_folder: {}\n", server.error().message);
    return 1;
  }
  ::setenv("URL", fmt::format("http://127.0.0.1:{}", (*server)->port()).c_str(), 1);
  const int status = std::system(argv[2]);
  {
    const std::lock_guard lock(mutex);
    waiting.clear();  // or the server would wait for them
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

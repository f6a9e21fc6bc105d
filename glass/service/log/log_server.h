// LogServer: a log of our own over HTTP, as C2SP tlog-tiles says.
//
//   GET  /checkpoint, /tile/..., /blob/...   what is published; any web server could serve it
//
// Where the server takes entries, each is answered when it is durable and published:
//
//   POST /add              an entry as the body, that names no statement; the answer is "<index>"
//   POST /add-statement    the text of a signed statement; "<index> appended", or "<index> known"
//                          where the log had it as it is signed: a request may be sent again
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "glass/base/result.h"
#include "glass/record/tlog/policy.h"
#include "glass/system/files.h"

namespace glass::service {

struct ListenChoice {
  std::string address = "127.0.0.1";
  uint16_t port = 8080;  // 0: a free one
};

struct LogServerChoice {
  ListenChoice listen;
  bool takes_entries = false;  // from anyone who reaches it
  // Whose witnesses with a URL are shown each new state, which is then published with what they
  // cosign; looked at so often. None: nobody is asked.
  std::optional<record::Policy> policy = {};
  int64_t ask_every_ms = 1000;
  // Told what goes wrong inside; strangers are told only that something has.
  std::function<void(const Error&)> on_error = [](const Error&) {};
};

class LogServer {
 public:
  // `files` outlives it. Where it takes entries it is the log's one writer: kRefused if there is
  // another on this machine.
  [[nodiscard]] static Result<std::unique_ptr<LogServer>> start(system::Files& files,
                                                                const system::Path& folder,
                                                                const LogServerChoice& choice);

  // Entries that were taken are appended and answered first.
  ~LogServer();
  LogServer(const LogServer&) = delete;
  LogServer& operator=(const LogServer&) = delete;

  [[nodiscard]] uint16_t port() const;

 private:
  class Running;
  explicit LogServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace glass::service

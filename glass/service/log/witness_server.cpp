#include "glass/service/log/witness_server.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/heads/head_store.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/record/witness/witness.h"
#include "glass/service/log/internal/own_log.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/http/http.h"
#include "glass/system/http_server/http_server.h"

namespace glass::service {

class WitnessServer::Running {
 public:
  Running(system::Clock& clock, crypto::SecretKey key, std::unique_ptr<record::HeadStore> heads,
          const WitnessChoice& choice)
      : clock_(clock),
        key_(std::move(key)),
        heads_(std::move(heads)),
        witness_(choice.name, key_, choice.logs, *heads_),
        on_error_(choice.on_error) {}

  [[nodiscard]] Status start(const ListenChoice& listen) {
    GLASS_TRY(server_, system::HttpServer::start(
                           listen.address, listen.port,
                           [this](const system::HttpRequest& request,
                                  const system::HttpReply& reply) { reply(answer(request)); }));
    return {};
  }

  [[nodiscard]] uint16_t port() const { return server_->port(); }

  [[nodiscard]] record::NoteKey key() const { return witness_.note_key(); }

 private:
  [[nodiscard]] system::HttpResponse answer(const system::HttpRequest& request) {
    constexpr std::string_view kCheckpoint = "/checkpoint";
    const std::string_view path = request.path();
    const std::lock_guard lock(mutex_);
    if (path == "/add-checkpoint") {
      if (request.method != "POST") return system::plain_text(405, "use POST");
      return response_of(witness_.add_checkpoint(request.body, clock_.unix_ms() / 1000));
    }
    if (request.method == "GET" && path.ends_with(kCheckpoint) && path.size() > kCheckpoint.size())
      return response_of(witness_.checkpoint(path.substr(1, path.size() - kCheckpoint.size() - 1)));
    return system::plain_text(404, "there is nothing here");
  }

  [[nodiscard]] system::HttpResponse response_of(record::WitnessAnswer answer) const {
    if (!answer.trouble.empty()) on_error_({.code = ErrorCode::kIo, .message = answer.trouble});
    return {.status = answer.status,
            .headers = {{"Content-Type", std::move(answer.type)}},
            .body = std::move(answer.body)};
  }

  system::Clock& clock_;
  crypto::SecretKey key_;
  std::unique_ptr<record::HeadStore> heads_;
  record::Witness witness_;
  std::function<void(const Error&)> on_error_;
  std::mutex mutex_;                            // one connection to the store
  std::unique_ptr<system::HttpServer> server_;  // ends first: it calls the above
};

WitnessServer::WitnessServer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

WitnessServer::~WitnessServer() = default;

Result<std::unique_ptr<WitnessServer>> WitnessServer::start(system::Files& files,
                                                            system::Clock& clock,
                                                            const system::Path& folder,
                                                            const WitnessChoice& choice) {
  if (!record::is_note_name(choice.name))
    return invalid_input(
        fmt::format("\"{}\" is no name of a witness: give a URL without its scheme, such as "
                    "witness.example.org",
                    choice.name));
  GLASS_TRY_STATUS(files.make_folders(folder));
  GLASS_TRY(crypto::SecretKey key, key_of(files, folder / "key.json"));
  GLASS_TRY(auto heads, record::open_sqlite_head_store(folder / "heads.sqlite"));
  auto running = std::make_unique<Running>(clock, std::move(key), std::move(heads), choice);
  GLASS_TRY_STATUS(running->start(choice.listen));
  return std::unique_ptr<WitnessServer>(new WitnessServer(std::move(running)));
}

uint16_t WitnessServer::port() const {
  return running_->port();
}

record::NoteKey WitnessServer::key() const {
  return running_->key();
}

}  // namespace glass::service

// WitnessServer: a witness of ours over HTTP, as C2SP tlog-witness says.
//
//   POST /add-checkpoint                     cosigns what continues the log that it knows
//   GET  /<hex SHA-256 of origin>/checkpoint what it has cosigned last
//
// It lies in a folder: key.json, and heads.sqlite with what it knows of each log.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/service/log/log_server.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"

namespace glass::service {

struct WitnessChoice {
  ListenChoice listen;
  std::string name;                                                  // a URL without its scheme
  std::vector<record::NoteKey> logs;                                 // that it cosigns
  std::function<void(const Error&)> on_error = [](const Error&) {};  // what goes wrong inside
};

class WitnessServer {
 public:
  // Makes folder and key if they are absent. `files` and `clock` outlive it.
  [[nodiscard]] static Result<std::unique_ptr<WitnessServer>> start(system::Files& files,
                                                                    system::Clock& clock,
                                                                    const system::Path& folder,
                                                                    const WitnessChoice& choice);

  ~WitnessServer();
  WitnessServer(const WitnessServer&) = delete;
  WitnessServer& operator=(const WitnessServer&) = delete;

  [[nodiscard]] uint16_t port() const;
  [[nodiscard]] record::NoteKey key() const;

 private:
  class Running;
  explicit WitnessServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace glass::service

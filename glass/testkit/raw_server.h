// RawServer: a server on this machine that answers as badly as a test wants: with a body that is
// too short, or endless, or never comes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace glass::testkit {

// A request, and the connection to answer it on, which is closed afterwards.
class RawConnection {
 public:
  RawConnection(int descriptor, std::string head)
      : descriptor_(descriptor), head_(std::move(head)) {}

  // As it was sent, from "GET /path HTTP/1.1" to the empty line; empty if the server reads nothing.
  [[nodiscard]] const std::string& head() const { return head_; }

  // False when nobody takes it any more.
  bool send(std::string_view bytes) const;

  // Until the other side has gone.
  void wait() const;

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  std::string head_;
};

class RawServer {
 public:
  enum class Reads { kHead, kNothing };  // before `answer` is called

  // One connection after the other is given to `answer`, on a thread of the server's own.
  explicit RawServer(std::function<void(const RawConnection&)> answer, Reads reads = Reads::kHead);

  // REQUIRES: no client waits for an answer.
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  // "http://127.0.0.1:PORT"
  [[nodiscard]] std::string url() const;

 private:
  void serve();

  std::function<void(const RawConnection&)> answer_;
  Reads reads_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace glass::testkit

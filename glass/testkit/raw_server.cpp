#include "glass/testkit/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "glass/base/check.h"

namespace glass::testkit {
namespace {

// Up to the empty line; what was sent of it if the other side goes.
std::string read_head(int descriptor) {
  std::string head;
  std::array<char, 4096> buffer;
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = ::recv(descriptor, buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    head.append(buffer.data(), static_cast<size_t>(count));
  }
  return head;
}

}  // namespace

bool RawConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

void RawConnection::wait() const {
  char byte = 0;
  while (::recv(descriptor_, &byte, 1, 0) > 0) {
  }
}

RawServer::RawServer(std::function<void(const RawConnection&)> answer, Reads reads)
    : answer_(std::move(answer)),
      reads_(reads),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  GLASS_CHECK(::bind(listener_, generic, size) == 0);
  GLASS_CHECK(::listen(listener_, SOMAXCONN) == 0);
  GLASS_CHECK(::getsockname(listener_, generic, &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

RawServer::~RawServer() {
  ::shutdown(listener_, SHUT_RDWR);  // accept() fails, and the thread ends
  thread_.join();
  ::close(listener_);
}

std::string RawServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

void RawServer::serve() {
  for (int connection; (connection = ::accept(listener_, nullptr, nullptr)) >= 0;) {
    answer_(RawConnection(connection, reads_ == Reads::kHead ? read_head(connection) : ""));
    ::close(connection);
  }
}

}  // namespace glass::testkit

#include "glass/system/isolation.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::system {
namespace {

constexpr int kNotAllowedHere = 77;

// A server of this machine that takes connections.
class Listener {
 public:
  Listener() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in any{
        .sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t size = sizeof any;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&any), size), 0);
    EXPECT_EQ(::listen(fd_, 8), 0);
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&any), &size), 0);
    address_ = any;
  }

  ~Listener() { ::close(fd_); }

  [[nodiscard]] bool is_reached() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const bool reached = fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address_),
                                              sizeof address_) == 0;
    ::close(fd);
    return reached;
  }

 private:
  int fd_;
  sockaddr_in address_{};
};

// What a child finds, as its exit status.
template <typename Child>
int in_child(Child child) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(child());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Isolation, LeavesEvenThisMachinesNetwork) {
  const Listener listener;
  const TemporaryFolder temporary;
  EXPECT_TRUE(listener.is_reached());
  const int found = in_child([&] {
    const int before = ::socket(AF_INET, SOCK_STREAM, 0);  // would stay in the old network
    const Status left = leave_network();
    if (!left) return left.error().code == ErrorCode::kRefused ? kNotAllowedHere : 2;
    if (listener.is_reached()) return 3;
    if (::write(before, "a", 1) >= 0 || errno != EBADF) return 4;
    if (::fork() == 0) ::_exit(listener.is_reached() ? 1 : 0);
    int status = 0;
    ::wait(&status);
    if (status != 0) return 5;  // nor has what it starts
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    if (core.rlim_max != 0) return 6;
    return posix_files().write_atomic(temporary.path() / "file", {}) ? 0 : 7;
  });
  if (found == kNotAllowedHere) GTEST_SKIP() << "the kernel allows no user namespaces";
  EXPECT_EQ(found, 0);
}

}  // namespace
}  // namespace glass::system

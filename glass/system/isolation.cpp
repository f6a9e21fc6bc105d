#include "glass/system/isolation.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/refusal.h"
#include "glass/base/result.h"

namespace glass::system {
namespace {

bool g_has_left = false;

Status not_allowed(std::string_view what, int error) {
  return refused(
      fmt::format("this process cannot leave the network: {}: {}. Allow user namespaces "
                  "(sysctl kernel.unprivileged_userns_clone=1, or "
                  "kernel.apparmor_restrict_unprivileged_userns=0), or run it where they are",
                  what, std::strerror(error)));
}

Status write_map(const char* file, const std::string& text) {
  const int fd = ::open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return not_allowed(file, errno);
  const ssize_t written = ::write(fd, text.data(), text.size());
  const int error = errno;
  ::close(fd);
  return written == static_cast<ssize_t>(text.size()) ? Status() : not_allowed(file, error);
}

// A socket that is open stays in the network that it was made in.
void close_sockets() {
  std::vector<int> sockets;
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return;
  while (const dirent* entry = ::readdir(folder)) {
    const int fd = std::atoi(entry->d_name);

    struct stat info {};

    if (fd > STDERR_FILENO && ::fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode))
      sockets.push_back(fd);
  }
  ::closedir(folder);
  for (const int fd : sockets) ::close(fd);
}

}  // namespace

Status leave_network() {
  const std::string user = fmt::format("{0} {0} 1", ::geteuid());
  const std::string group = fmt::format("{0} {0} 1", ::getegid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
    return not_allowed("unshare(CLONE_NEWUSER | CLONE_NEWNET)", errno);
  GLASS_TRY_STATUS(write_map("/proc/self/setgroups", "deny"));
  GLASS_TRY_STATUS(write_map("/proc/self/uid_map", user));
  GLASS_TRY_STATUS(write_map("/proc/self/gid_map", group));
  close_sockets();
  const rlimit none{};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return not_allowed("setrlimit(RLIMIT_CORE)", errno);
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return not_allowed("prctl", errno);
  g_has_left = true;
  return {};
}

bool has_left_network() {
  return g_has_left;
}

}  // namespace glass::system

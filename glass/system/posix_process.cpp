#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/system/internal/descriptor.h"
#include "glass/system/process.h"

namespace glass::system {

namespace {

struct Pipe {
  Descriptor read_end, write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorCode::kIo, fmt::format("cannot make a pipe: {}", strerrordesc_np(errno)));
  }
  return Pipe{.read_end = Descriptor(ends[0]), .write_end = Descriptor(ends[1])};
}

// What posix_spawn needs, with a destructor.
struct SpawnSettings {
  SpawnSettings() {
    GLASS_CHECK(::posix_spawn_file_actions_init(&actions) == 0);
    GLASS_CHECK(::posix_spawnattr_init(&attributes) == 0);
    // The child starts with no signal blocked, whatever the calling thread blocks.
    sigset_t none;
    sigemptyset(&none);
    GLASS_CHECK(::posix_spawnattr_setsigmask(&attributes, &none) == 0);
    GLASS_CHECK(::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK) == 0);
  }

  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }

  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// The caller's environment with `added` replacing the variables of the same names.
std::vector<std::string> environment_with(const std::vector<std::string>& added) {
  const auto name_of = [](std::string_view text) { return text.substr(0, text.find('=')); };
  std::vector<std::string> all;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const bool replaced = std::ranges::any_of(
        added, [&](const std::string& text) { return name_of(text) == name_of(*variable); });
    if (!replaced) all.emplace_back(*variable);
  }
  all.insert(all.end(), added.begin(), added.end());
  return all;
}

Result<pid_t> spawn(const ProcessCommand& command, const Pipe& out, const Pipe& err) {
  SpawnSettings settings;
  const auto redirect = [&](int from, int to) {
    GLASS_CHECK(::posix_spawn_file_actions_adddup2(&settings.actions, from, to) == 0);
  };
  GLASS_CHECK(::posix_spawn_file_actions_addopen(&settings.actions, STDIN_FILENO, "/dev/null",
                                                 O_RDONLY, 0) == 0);
  redirect(out.write_end.get(), STDOUT_FILENO);
  redirect(err.write_end.get(), STDERR_FILENO);
  if (!command.folder.empty()) {
    GLASS_CHECK(::posix_spawn_file_actions_addchdir_np(&settings.actions, command.folder.c_str()) ==
                0);
  }
  std::vector<std::string> arguments = command.argv;
  std::vector<std::string> environment = environment_with(command.environment);
  pid_t child = 0;
  const int code =
      ::posix_spawnp(&child, arguments.at(0).c_str(), &settings.actions, &settings.attributes,
                     pointers_to(arguments).data(), pointers_to(environment).data());
  if (code == 0) return child;
  if (code == ENOENT) {
    const std::string place =
        command.folder.empty() ? "" : fmt::format(" or no folder {}", command.folder);
    return fail(ErrorCode::kNotFound,
                fmt::format("there is no program {}{}", command.argv[0], place));
  }
  return fail(ErrorCode::kIo,
              fmt::format("cannot start {}: {}", command.argv[0], strerrordesc_np(code)));
}

// Both pipes at once: a child that fills one while we read the other would wait for ever.
Status read_both(Descriptor& out, Descriptor& err, ProcessOutput& into) {
  std::vector<char> buffer(size_t{64} * 1024);
  while (out.is_open() || err.is_open()) {
    std::array polled = {pollfd{out.get(), POLLIN, 0}, pollfd{err.get(), POLLIN, 0}};
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) {
      return fail(ErrorCode::kIo,
                  fmt::format("cannot wait for output: {}", strerrordesc_np(errno)));
    }
    for (size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].revents == 0) continue;
      Descriptor& from = i == 0 ? out : err;
      const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
      if (got > 0) (i == 0 ? into.out : into.err).append(buffer.data(), static_cast<size_t>(got));
      if (got == 0 || (got < 0 && errno != EINTR)) from.reset();
    }
  }
  return {};
}

class PosixProcess final : public Process {
 public:
  Result<ProcessOutput> run(const ProcessCommand& command) override {
    GLASS_CHECK(!command.argv.empty());
    GLASS_TRY(Pipe out, make_pipe());
    GLASS_TRY(Pipe err, make_pipe());
    GLASS_TRY(const pid_t child, spawn(command, out, err));
    out.write_end.reset();  // else the pipes would never end
    err.write_end.reset();
    ProcessOutput output{};
    const auto read = read_both(out.read_end, err.read_end, output);
    out.read_end.reset();  // after an error: the child must not wait for us
    err.read_end.reset();
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) GLASS_CHECK(errno == EINTR);
    GLASS_TRY_STATUS(read);
    output.exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return output;
  }
};

}  // namespace

Process& posix_process() {
  static PosixProcess process;
  return process;
}

}  // namespace glass::system

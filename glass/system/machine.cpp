#include "glass/system/machine.h"

#include <sched.h>
#include <sys/utsname.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

#include "glass/system/files.h"
#include "glass/system/internal/cgroup.h"

namespace glass::system {

namespace {

// The text after `key` and the separator on its line, without quotes; empty if there is none.
std::string field_of(const Path& file, std::string_view key, char separator) {
  const auto text = posix_files().read_text(file);
  if (!text) return {};
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key)) continue;
    const size_t at = line.find(separator);
    if (at == std::string::npos) continue;
    std::string_view value = std::string_view(line).substr(at + 1);
    while (!value.empty() && std::string_view(" \t\"").find(value.front()) != value.npos) {
      value.remove_prefix(1);
    }
    while (!value.empty() && std::string_view(" \t\"").find(value.back()) != value.npos) {
      value.remove_suffix(1);
    }
    return std::string(value);
  }
  return {};
}

// A line "Name:   123 kB" of /proc.
uint64_t proc_bytes(const Path& file, std::string_view key) {
  const std::string value = field_of(file, key, ':');
  uint64_t kibibytes = 0;
  std::from_chars(value.data(), value.data() + value.size(), kibibytes);
  return kibibytes * 1024;
}

std::string architecture() {
  utsname name{};
  return ::uname(&name) == 0 ? name.machine : "unknown";
}

// x86 tells a name; other architectures tell the board's, or only the architecture.
std::string processor() {
  std::string name = field_of("/proc/cpuinfo", "model name", ':');
  if (!name.empty()) return name;
  auto board = posix_files().read_text("/proc/device-tree/model");
  if (!board) return architecture();
  std::erase(*board, '\0');
  return *board;
}

CgroupLimits limits_of_this_process() {
  return cgroup_limits(posix_files(), "/proc/self/cgroup", "/sys/fs/cgroup");
}

int usable_cores(const CgroupLimits& limits) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  const int in_mask = ::sched_getaffinity(0, sizeof(mask), &mask) == 0
                          ? CPU_COUNT(&mask)
                          : static_cast<int>(std::thread::hardware_concurrency());
  const double cores = std::min(static_cast<double>(in_mask), std::ceil(limits.cores));
  return std::max(1, static_cast<int>(cores));
}

}  // namespace

Machine this_machine() {
  const CgroupLimits limits = limits_of_this_process();
  std::string operating_system = field_of("/etc/os-release", "PRETTY_NAME", '=');
  return {
      .architecture = architecture(),
      .processor = processor(),
      .operating_system = operating_system.empty() ? "Linux" : std::move(operating_system),
      .cores = usable_cores(limits),
      .memory_bytes = std::min(proc_bytes("/proc/meminfo", "MemTotal"), limits.memory_bytes),
  };
}

uint64_t available_memory_bytes() {
  return std::min(proc_bytes("/proc/meminfo", "MemAvailable"),
                  limits_of_this_process().available_memory_bytes);
}

uint64_t peak_memory_bytes() {
  return proc_bytes("/proc/self/status", "VmHWM");
}

}  // namespace glass::system

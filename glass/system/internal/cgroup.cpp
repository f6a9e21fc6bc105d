#include "glass/system/internal/cgroup.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace glass::system {

namespace {

// The file names that differ between the versions.
struct Names {
  std::string_view limit, usage, inactive_file;
};

constexpr Names kVersion1 = {"memory.limit_in_bytes", "memory.usage_in_bytes",
                             "total_inactive_file"};
constexpr Names kVersion2 = {"memory.max", "memory.current", "inactive_file"};

std::optional<uint64_t> to_number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc()) return std::nullopt;  // "max", or -1
  return value;
}

std::optional<uint64_t> read_number(Files& files, const Path& file) {
  const auto text = files.read_text(file);
  return text ? to_number(*text) : std::nullopt;
}

// The value of the line "KEY VALUE".
std::optional<uint64_t> read_statistic(Files& files, const Path& file, std::string_view key) {
  const auto text = files.read_text(file);
  if (!text) return std::nullopt;
  std::istringstream lines(*text);
  for (std::string word, value; lines >> word >> value;) {
    if (word == key) return to_number(value);
  }
  return std::nullopt;
}

void apply_memory(Files& files, const Path& group, const Names& names, CgroupLimits& limits) {
  const auto limit = read_number(files, group / names.limit);
  if (!limit) return;
  limits.memory_bytes = std::min(limits.memory_bytes, *limit);
  const uint64_t used = read_number(files, group / names.usage).value_or(0);
  const uint64_t cache =
      read_statistic(files, group / "memory.stat", names.inactive_file).value_or(0);
  const uint64_t held = used - std::min(used, cache);
  const uint64_t left = *limit - std::min(*limit, held);
  limits.available_memory_bytes = std::min(limits.available_memory_bytes, left);
}

void apply_cores(double quota, double period, CgroupLimits& limits) {
  if (quota > 0 && period > 0) limits.cores = std::min(limits.cores, quota / period);
}

void apply_cores_v1(Files& files, const Path& group, CgroupLimits& limits) {
  const auto quota = read_number(files, group / "cpu.cfs_quota_us");
  const auto period = read_number(files, group / "cpu.cfs_period_us");
  if (quota && period) {
    apply_cores(static_cast<double>(*quota), static_cast<double>(*period), limits);
  }
}

void apply_cores_v2(Files& files, const Path& group, CgroupLimits& limits) {
  const auto text = files.read_text(group / "cpu.max");
  if (!text) return;
  double quota = 0, period = 0;
  if (std::istringstream(*text) >> quota >> period) apply_cores(quota, period, limits);
}

// Calls visit(folder) for the group and those above it. Inside a container the path may name
// folders that are not mounted here; what is absent is skipped.
template <typename Visit>
void walk_up(const Path& mount, const Path& group, Visit visit) {
  Path relative = group.relative_path();
  while (!relative.empty()) {
    visit(mount / relative);
    relative = relative.parent_path();
  }
  visit(mount);
}

bool lists(std::string_view controllers, std::string_view wanted) {
  std::istringstream names{std::string(controllers)};
  for (std::string name; std::getline(names, name, ',');) {
    if (name == wanted) return true;
  }
  return false;
}

}  // namespace

CgroupLimits cgroup_limits(Files& files, const Path& membership, const Path& mount) {
  CgroupLimits limits;
  const auto text = files.read_text(membership);
  if (!text) return limits;
  // Each line is "ID:CONTROLLERS:/path"; version 2 is the one with ID 0 and no controllers.
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const Path group = line.substr(second + 1);
    if (controllers.empty()) {
      walk_up(mount, group, [&](const Path& folder) {
        apply_memory(files, folder, kVersion2, limits);
        apply_cores_v2(files, folder, limits);
      });
    }
    if (lists(controllers, "memory")) {
      walk_up(mount / "memory", group,
              [&](const Path& folder) { apply_memory(files, folder, kVersion1, limits); });
    }
    if (lists(controllers, "cpu")) {
      walk_up(mount / "cpu", group,
              [&](const Path& folder) { apply_cores_v1(files, folder, limits); });
    }
  }
  return limits;
}

}  // namespace glass::system

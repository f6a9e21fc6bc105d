// Control groups: what a container or a scheduler allows this process, versions 1 and 2.
#pragma once

#include <cstdint>
#include <limits>

#include "glass/system/files.h"

namespace glass::system {

struct CgroupLimits {
  static constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();
  uint64_t memory_bytes = kNone;            // the least limit on the way up
  uint64_t available_memory_bytes = kNone;  // the least that is left, file cache counted as free
  double cores = 1e9;                       // processor time per time
};

// REQUIRES: paths as on the real machine: "/proc/self/cgroup" and "/sys/fs/cgroup". Whatever
// cannot be read limits nothing.
CgroupLimits cgroup_limits(Files& files, const Path& membership, const Path& mount);

}  // namespace glass::system

// Machine: what this computer is, for records and memory checks. Nothing that identifies its owner.
#pragma once

#include <cstdint>
#include <string>

namespace glass::system {

struct Machine {
  std::string architecture;      // "x86_64", "aarch64"
  std::string processor;         // model name as the kernel tells it
  std::string operating_system;  // PRETTY_NAME of /etc/os-release
  int cores;                     // that this process may use
  uint64_t memory_bytes;         // physical, or the cgroup's limit where that is less
};

Machine this_machine();

// What can still be allocated without swapping, the cgroup's limit considered.
uint64_t available_memory_bytes();

// The largest resident size this process has had.
uint64_t peak_memory_bytes();

}  // namespace glass::system

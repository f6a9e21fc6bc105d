// Process: runs another program to its end. No shell is involved: arguments are passed as they are.
#pragma once

#include <string>
#include <vector>

#include "glass/base/result.h"

namespace glass::system {

struct ProcessCommand {
  std::vector<std::string> argv;         // argv[0] is looked up in PATH
  std::string folder;                    // working folder; empty for the caller's
  std::vector<std::string> environment;  // "NAME=value", added to the caller's
};

struct ProcessOutput {
  int exit_status;  // 128 + signal if a signal ended it
  std::string out;
  std::string err;
};

class Process {
 public:
  virtual ~Process() = default;

  // kNotFound if there is no such program. A program that ran and failed is not an Error here.
  [[nodiscard]] virtual Result<ProcessOutput> run(const ProcessCommand& command) = 0;
};

Process& posix_process();

}  // namespace glass::system

// NamedLog: a log as the flags of several verbs name it, and whom the user believes of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/record/tlog/policy.h"
#include "glass/service/log/statement_log.h"

namespace CLI {
class App;
}

namespace glass::cli {

struct NamedLog {
  std::string place;   // a folder of our own, or a URL; empty: none
  std::string key;     // of the log at a URL: "example.org/log+13d413d9+..."
  std::string policy;  // a file, instead of it
  int64_t wait_seconds = 60;
  const char* key_flag = "--log-key";  // of the verb
};

// The flag of the key and --policy, of which a URL needs one, and --wait.
void add_expected(CLI::App& verb, NamedLog& log);

[[nodiscard]] Result<record::Policy> read_policy(const std::string& file);

// None if none is named. kInvalidInput if whom to believe is not said of a URL, or is of a folder.
[[nodiscard]] Result<std::unique_ptr<service::StatementLog>> open_named(const NamedLog& log);

}  // namespace glass::cli

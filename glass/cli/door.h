// Door: what all verbs share: common flags, the services behind them, and how a verb ends.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "glass/base/result.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/system/files.h"

namespace glass::cli {

struct CommonFlags {
  std::string program;  // what the user typed to run glass
  int threads = 0;      // 0: all cores
  std::string out;      // empty: the verb's default
  bool json = false;
};

// The secret key's file: $GLASS_KEY, else $XDG_CONFIG_HOME/glassworks/key.json, else
// ~/.config/glassworks/key.json.
system::Path key_file();

// The key; made on first use, which is told. Errors name the file.
[[nodiscard]] Result<crypto::SecretKey> own_key();

// Prints the error, if any, and returns the exit code.
int ended(const Status& status);

// Opens the services for one verb and runs it; prints the error, if any, and returns the exit code.
int with_services(const CommonFlags& flags,
                  const std::function<Status(const service::Services&)>& verb);

// Prints a summary as people or, with --json, scripts want it. An Error if a check failed.
[[nodiscard]] Status tell(const CommonFlags& flags, const service::Summary& summary,
                          std::string_view headline);

std::optional<system::Path> out_folder(const CommonFlags& flags);

}  // namespace glass::cli

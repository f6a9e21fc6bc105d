// Door: what all verbs share: common flags, the services behind them, and how a verb ends.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "glass/base/result.h"
#include "glass/crypto/ecdsa.h"
#include "glass/crypto/ed25519.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/system/files.h"

namespace CLI {
class App;
}

namespace glass::cli {

struct CommonFlags {
  std::string program;  // what the user typed to run glass
  int threads = 0;      // 0: all cores
  std::string out;      // empty: the verb's default
  bool json = false;
  std::string reader_key;  // of a named reader of sealed weights; empty: none
};

// The real file system.
inline system::Files& files() {
  return system::posix_files();
}

// The secret key's file: $GLASS_KEY, else $XDG_CONFIG_HOME/glassworks/key.json, else
// ~/.config/glassworks/key.json.
system::Path key_file();

// The key; made on first use, which is told. Errors name the file.
[[nodiscard]] Result<crypto::SecretKey> own_key();

// The key that signs the files of releases, PEM: $GLASS_RELEASE_KEY, else release-key.pem beside
// the default place of the other. Made on first use, which is told.
[[nodiscard]] Result<crypto::P256SecretKey> own_release_key();

// The flags that all verbs share, and those of verbs on runs.
void add_basic(CLI::App& verb, CommonFlags& flags);
void add_common(CLI::App& verb, CommonFlags& flags);

// Prints the error, if any, and returns the exit code.
int ended(const Status& status);

// Opens the services for one verb and runs it; prints the error, if any, and returns the exit code.
int with_services(const CommonFlags& flags,
                  const std::function<Status(const service::Services&)>& verb);

// Prints a summary as people or, with --json, scripts want it. An Error if a check failed.
[[nodiscard]] Status tell(const CommonFlags& flags, const service::Summary& summary,
                          std::string_view headline);

// The facility that a flag names, else $GLASS_FACILITY; empty: none governs what is done here.
std::string named_facility(const std::string& flag);

std::optional<system::Path> out_folder(const CommonFlags& flags);

}  // namespace glass::cli

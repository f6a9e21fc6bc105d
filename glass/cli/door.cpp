#include "glass/cli/door.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/printable.h"
#include "glass/base/result.h"
#include "glass/cli/terminal_progress.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/service/sealed_files.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/interrupt.h"
#include "glass/system/machine.h"
#include "glass/system/process.h"
#include "glass/system/thread_pool.h"

namespace glass::cli {
namespace {

// $`variable`, else the folder `below_home` of the home folder.
system::Path user_folder(const char* variable, std::string_view below_home) {
  if (const char* folder = std::getenv(variable); folder != nullptr && *folder != '\0')
    return folder;
  const char* home = std::getenv("HOME");
  return system::Path(home == nullptr ? "." : home) / below_home;
}

int report(const Error& error) {
  std::fflush(stdout);  // what was said before stands before it
  fmt::print(stderr, "glass: {}\n", printable_lines(error.message));
  return exit_code(error.code);
}

}  // namespace

system::Path key_file() {
  if (const char* file = std::getenv("GLASS_KEY"); file != nullptr && *file != '\0') return file;
  return user_folder("XDG_CONFIG_HOME", ".config") / "glassworks" / "key.json";
}

Result<crypto::SecretKey> own_key() {
  system::Files& files = system::posix_files();
  const system::Path file = key_file();
  if (files.exists(file)) return crypto::SecretKey::load(files, file);
  const crypto::SecretKey key = crypto::SecretKey::generate();
  GLASS_TRY_STATUS(files.make_folders(file.parent_path()));
  GLASS_TRY_STATUS(key.save(files, file));
  fmt::print(stderr, "A new key was made: {}\n  public key {}\n", file.string(),
             crypto::to_text(key.public_key()));
  return key;
}

Result<crypto::P256SecretKey> own_release_key() {
  system::Files& files = system::posix_files();
  const char* named = std::getenv("GLASS_RELEASE_KEY");
  const system::Path file =
      named != nullptr && *named != '\0'
          ? system::Path(named)
          : user_folder("XDG_CONFIG_HOME", ".config") / "glassworks" / "release-key.pem";
  if (files.exists(file)) return crypto::P256SecretKey::load(files, file);
  const crypto::P256SecretKey key = crypto::P256SecretKey::generate();
  GLASS_TRY_STATUS(files.make_folders(file.parent_path()));
  GLASS_TRY_STATUS(key.save(files, file));
  fmt::print(stderr, "A new key for releases was made: {}\n{}", file.string(),
             key.public_key().to_pem());
  return key;
}

int ended(const Status& status) {
  return status ? 0 : report(status.error());
}

int with_services(const CommonFlags& flags,
                  const std::function<Status(const service::Services&)>& verb) {
  system::catch_interrupts();
  const auto key = own_key();
  if (!key) return report(key.error());
  std::optional<crypto::SecretKey> reader;
  if (!flags.reader_key.empty()) {
    auto loaded = crypto::SecretKey::load(files(), flags.reader_key);
    if (!loaded) return report(loaded.error());
    reader = *std::move(loaded);
  }
  service::SealedFiles opened(files(), std::move(reader));
  system::ThreadPool pool(flags.threads > 0 ? flags.threads : system::this_machine().cores);
  // With --json the standard output belongs to the one object at the end.
  TerminalProgress progress(flags.json ? stderr : stdout, stderr, system::posix_clock());
  auto interrupted = [] { return system::interrupted(); };
  const service::Services services{
      .files = opened,
      .process = system::posix_process(),
      .clock = system::posix_clock(),
      .parallel = pool,
      .progress = progress,
      .key = *key,
      .cache = user_folder("XDG_CACHE_HOME", ".cache") / "glassworks" / "packages",
      .interrupted = interrupted,
      .program = flags.program,
  };
  try {
    return ended(verb(services));
  } catch (const std::bad_alloc&) {
    return report({ErrorCode::kRefused,
                   "the machine is out of memory; make the model, the micro-batch or the sequence "
                   "smaller, or set train.recompute = \"light\" or \"blocks\""});
  } catch (const std::exception& error) {
    fmt::print(stderr, "glass: internal error: {}\n", error.what());
    return 1;
  }
}

Status tell(const CommonFlags& flags, const service::Summary& summary, std::string_view headline) {
  const record::EvidenceNode* wrong =
      summary.evidence ? first_cause(*summary.evidence, record::EvidenceState::kBroken) : nullptr;
  if (flags.json)
    fmt::print("{}\n", to_canonical(service::to_json(summary)));
  else
    fmt::print("\n{}\n{}", wrong == nullptr ? headline : "A check failed.",
               service::to_text(summary, flags.program));
  if (wrong == nullptr) return {};
  return fail(ErrorCode::kMismatch, fmt::format("{}: {}", wrong->what, wrong->detail));
}

std::string named_facility(const std::string& flag) {
  const char* named = std::getenv("GLASS_FACILITY");
  return !flag.empty() || named == nullptr ? flag : named;
}

std::optional<system::Path> out_folder(const CommonFlags& flags) {
  if (flags.out.empty()) return std::nullopt;
  return system::Path(flags.out);
}

}  // namespace glass::cli

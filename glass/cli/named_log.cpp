#include "glass/cli/named_log.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/record/release_fetch/release_url.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"

namespace glass::cli {
namespace {

Result<record::Policy> expected_of(const NamedLog& log) {
  if (!log.policy.empty()) return read_policy(log.policy);
  GLASS_TRY(record::NoteKey key, record::note_key_from_text(log.key));
  return record::policy_of(std::move(key));
}

}  // namespace

void add_expected(CLI::App& verb, NamedLog& log) {
  CLI::Option* key = verb.add_option(log.key_flag, log.key, "Public key of a log that has a URL");
  verb.add_option("--policy", log.policy,
                  "File that says instead which log it is, and which witnesses have to cosign it "
                  "(C2SP tlog-policy)")
      ->excludes(key);
  verb.add_option("--wait", log.wait_seconds,
                  "Seconds at most until a log that has a URL proves what was put into it")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
}

Result<record::Policy> read_policy(const std::string& file) {
  GLASS_TRY(const std::string text, system::posix_files().read_text(file));
  auto policy = record::parse_policy(text);
  if (!policy) return in_context(file, std::move(policy).error());
  return policy;
}

Result<std::unique_ptr<service::StatementLog>> open_named(const NamedLog& log) {
  const bool says_whom = !log.key.empty() || !log.policy.empty();
  if (!record::is_url(log.place)) {
    if (says_whom)
      return invalid_input(fmt::format(
          "{} and --policy say whom to believe of a log at a URL, http://... or https://...; a log "
          "in a folder has its key there",
          log.key_flag));
    if (log.place.empty()) return nullptr;
    return service::log_in_folder(system::posix_files(), log.place);
  }
  if (!says_whom)
    return invalid_input(fmt::format(
        "say whom to believe of {}: {} with the public key of the log, or --policy with a file",
        log.place, log.key_flag));
  GLASS_TRY(record::Policy policy, expected_of(log));
  return service::log_at_url(
      {.url = log.place, .policy = std::move(policy), .wait_ms = log.wait_seconds * 1000},
      system::posix_clock());
}

}  // namespace glass::cli

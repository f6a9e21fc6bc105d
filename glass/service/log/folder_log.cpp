// StatementLog in a folder of our own.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/sequencer/log_folder.h"
#include "glass/record/tlog/verify_entry.h"
#include "glass/service/log/log.h"
#include "glass/service/log/log_statements.h"
#include "glass/service/log/statement_log.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

class FolderLog final : public StatementLog {
 public:
  FolderLog(system::Files& files, system::Path folder)
      : files_(files), folder_(std::move(folder)) {}

  [[nodiscard]] std::string place() const override { return system::path_text(folder_); }

  [[nodiscard]] Result<OpenedLog> open() override {
    GLASS_TRY(LogState state, show_log(files_, folder_));
    const auto free = files_.lock(record::LogFolder{folder_}.secrets());
    if (!free) {
      Error error = free.error();
      if (error.code == ErrorCode::kRefused)
        error.message += ". If that serves the log and takes entries, give the URL of it instead";
      return tl::unexpected(std::move(error));
    }
    record::Policy policy = record::policy_of(state.key);
    return OpenedLog{.state = std::move(state), .policy = std::move(policy), .url = ""};
  }

  [[nodiscard]] Result<PostedStatement> post(const record::Statement& statement) override {
    GLASS_TRY(const LoggedStatement logged, append_statement(files_, folder_, statement));
    return PostedStatement{.index = logged.proof.index, .was_there = logged.was_there};
  }

  [[nodiscard]] Result<int64_t> index_of(const record::Statement& statement) override {
    GLASS_TRY(const std::optional<int64_t> index, find_statement(files_, folder_, statement));
    if (index) return *index;
    return fail(ErrorCode::kNotFound, fmt::format("{} does not have this statement", place()));
  }

  // What was appended here is published here.
  [[nodiscard]] Result<record::ProofFile> prove(const record::Statement& statement,
                                                int64_t index) override {
    GLASS_TRY(record::ProofFile proof, prove_entry(files_, folder_, index));
    GLASS_TRY(const LogState state, show_log(files_, folder_));
    const std::string entry = record::log_entry(statement);
    GLASS_TRY_STATUS(record::verify_entry(proof, as_bytes(entry), {&state.key, 1}));
    return proof;
  }

 private:
  system::Files& files_;
  system::Path folder_;
};

}  // namespace

std::unique_ptr<StatementLog> log_in_folder(system::Files& files, const system::Path& folder) {
  return std::make_unique<FolderLog>(files, folder);
}

}  // namespace glass::service

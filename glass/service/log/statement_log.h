// StatementLog: a log that statements are put into, wherever it is: in a folder of our own, or on a
// server whose word counts for nothing.
//
//   GLASS_TRY(const OpenedLog opened, log.open());
//   GLASS_TRY(const PostedStatement posted, log.post(statement));
//   GLASS_TRY(const record::ProofFile proof, log.prove(statement, posted.index));
//
// What was posted is in the log, whatever becomes of the rest: posting it again finds it there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "glass/base/result.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/service/log/log.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"

namespace glass::service {

struct OpenedLog {
  LogState state;         // signed by the log, cosigned or not
  record::Policy policy;  // that its proofs satisfy
  std::string url;        // where strangers read it; empty: not known
};

struct PostedStatement {
  int64_t index = 0;
  bool was_there = false;  // as it is signed
};

// Not for several threads at once.
class StatementLog {
 public:
  virtual ~StatementLog() = default;

  // Its folder or URL.
  [[nodiscard]] virtual std::string place() const = 0;

  // As it stands. kNotFound if there is none, kRefused if it takes no statements at the moment,
  // kMismatch if it is not the one that is expected.
  [[nodiscard]] virtual Result<OpenedLog> open() = 0;

  // Durable when it returns. What is not loggable (log_statements.h) is refused.
  [[nodiscard]] virtual Result<PostedStatement> post(const record::Statement& statement) = 0;

  // The entry that a statement is which should be there already. A folder is searched, kNotFound if
  // the log does not have it; a server is posted the statement, so it has it afterwards.
  [[nodiscard]] virtual Result<int64_t> index_of(const record::Statement& statement) = 0;

  // That the statement is the entry of this index, verified against the policy. Waits for a
  // checkpoint that allows it: kIo says what there is instead at the end, kInterrupted that the
  // user would not wait; kMismatch that the entry is another one.
  [[nodiscard]] virtual Result<record::ProofFile> prove(const record::Statement& statement,
                                                        int64_t index) = 0;
};

// A log of our own. `files` outlives it.
[[nodiscard]] std::unique_ptr<StatementLog> log_in_folder(system::Files& files,
                                                          const system::Path& folder);

struct ServedLogChoice {
  std::string url;  // the last slash may be there
  // Whom the caller believes: the log of this URL is one of its logs, and a proof is one when its
  // quorum has cosigned the checkpoint.
  record::Policy policy;
  int64_t wait_ms = 60'000;  // at most, for the log to take a statement and for its proof
  int64_t look_every_ms = 500;
};

// Also of the same key alone. `clock` outlives it.
[[nodiscard]] std::unique_ptr<StatementLog> log_at_url(ServedLogChoice choice,
                                                       system::Clock& clock);

}  // namespace glass::service

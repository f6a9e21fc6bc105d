// HeadStore: what logs stand at, each by its origin. Whoever goes on replaces the head that they
// know by the next one, and is refused if it has changed: so a log cannot fork, whoever writes, and
// a witness cannot vouch for two continuations.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::record {

class HeadStore {
 public:
  virtual ~HeadStore() = default;

  // The signed checkpoint; nothing before the first.
  [[nodiscard]] virtual Result<std::optional<std::string>> load(const std::string& origin) = 0;

  // Durable when it returns. kRefused if the head is not `known`; then nothing has changed. After
  // kIo it is unknown whether it has: load again.
  [[nodiscard]] virtual Status replace(const std::string& origin,
                                       const std::optional<std::string>& known,
                                       const std::string& next) = 0;

  // In code-point order.
  [[nodiscard]] virtual Result<std::vector<std::string>> origins() = 0;
};

// A file of SQLite, made if it is absent.
[[nodiscard]] Result<std::unique_ptr<HeadStore>> open_sqlite_head_store(const system::Path& file);

// The table `heads` of a database of PostgreSQL, made if it is absent; `connection` is a string or
// URI as libpq has them. kRefused in a program that was built without libpq.
[[nodiscard]] Result<std::unique_ptr<HeadStore>> open_postgres_head_store(
    const std::string& connection);

}  // namespace glass::record

#include <memory>
#include <string>

#include "glass/base/result.h"
#include "glass/system/database/postgres_database.h"

namespace glass::system {

Result<std::unique_ptr<PostgresDatabase>> open_postgres_database(const std::string&) {
  return fail(ErrorCode::kRefused,
              "this program was built without PostgreSQL; install libpq-dev and build it again");
}

}  // namespace glass::system

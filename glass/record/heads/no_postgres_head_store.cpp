#include <memory>
#include <string>

#include "glass/base/result.h"
#include "glass/record/heads/head_store.h"

namespace glass::record {

Result<std::unique_ptr<HeadStore>> open_postgres_head_store(const std::string&) {
  return fail(ErrorCode::kRefused,
              "this program was built without PostgreSQL; install libpq-dev and build it again");
}

}  // namespace glass::record

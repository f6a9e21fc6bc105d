#include "glass/service/facility/move_facility.h"

#include <cstdint>
#include <memory>
#include <string>

#include <fmt/core.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/record/journal/copy_journal.h"
#include "glass/record/journal/journal.h"
#include "glass/service/facility/audit_journal.h"
#include "glass/service/facility/facility.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

// One place has one name.
std::string plain_name(const std::string& database) {
  return database == "sqlite:journal.sqlite" ? "" : database;
}

// Nothing is sealed that belongs to somebody else.
Status expect_same_facility(record::Journal& from, record::Journal& to) {
  GLASS_TRY(const auto here, from.read(0, 1));
  GLASS_TRY(const auto there, to.read(0, 1));
  if (there.empty() || (!here.empty() && here.front().digest == there.front().digest)) return {};
  return fail(
      ErrorCode::kMismatch,
      fmt::format("{} holds the journal of another facility; name an empty database", to.name()));
}

Status copy_all(record::Journal& from, record::Journal& to, Parallel& parallel,
                record::CopyProgress progress) {
  GLASS_TRY_STATUS(record::copy_journal(from, to, progress).map([](const auto&) {}));
  GLASS_TRY_STATUS(from.set_sealed(true));
  GLASS_TRY(const record::JournalHead head, record::copy_journal(from, to, progress));
  GLASS_TRY(const record::JournalHead last, from.head());
  if (head != last)
    return fail(ErrorCode::kMismatch,
                fmt::format("{} has {} lines and {} has {}, although both are sealed; nothing was "
                            "switched over",
                            to.name(), head.count, from.name(), last.count));
  return audit_journal(to, parallel).map([](const auto&) {});
}

}  // namespace

Result<record::JournalHead> move_facility(system::Files& files, const system::Path& folder,
                                          const std::string& to_name, Parallel& parallel,
                                          record::CopyProgress progress) {
  GLASS_TRY_STATUS(database_of(files, folder).map([](const auto&) {}));
  GLASS_TRY(const auto lock, files.lock(folder));
  GLASS_TRY(const std::string from_name, database_of(files, folder));
  GLASS_TRY(const auto to, open_journal(folder, plain_name(to_name)));
  if (plain_name(to_name) != plain_name(from_name)) {
    GLASS_TRY(const auto from, open_journal(folder, from_name));
    GLASS_TRY_STATUS(expect_same_facility(*from, *to));
    GLASS_TRY_STATUS(to->set_sealed(true));
    to->write_past_seal();
    GLASS_TRY_STATUS(copy_all(*from, *to, parallel, progress));
    GLASS_TRY_STATUS(set_database(files, folder, plain_name(to_name)));
  }
  GLASS_TRY_STATUS(to->set_sealed(false));
  return to->head();
}

}  // namespace glass::service

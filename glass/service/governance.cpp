#include "glass/service/governance.h"

#include <optional>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/service/recorded_file.h"

namespace glass::service {
namespace {

Result<std::optional<GovernedBy>> read_mark(const RunPaths& paths, system::Files& files) {
  if (!files.exists(paths.governed())) return std::nullopt;
  GLASS_TRY(const std::string text, files.read_text(paths.governed()));
  const auto read = parse_json(text).and_then(governed_by_from_json);
  if (!read) return changed(paths.governed(), read.error().message);
  return *read;
}

std::string told(const std::optional<GovernedBy>& by) {
  return by ? fmt::format("belongs to run {} of facility {}", by->run, by->facility)
            : "began without a clearance";
}

}  // namespace

Json to_json(const GovernedBy& governed) {
  return Json::Object{{"facility", governed.facility}, {"run", governed.run}};
}

Result<GovernedBy> governed_by_from_json(const Json& json) {
  GovernedBy governed;
  GLASS_TRY(governed.facility, json.get_string("facility"));
  GLASS_TRY(governed.run, json.get_string("run"));
  return governed;
}

Result<std::optional<GovernedBy>> governed_by(const record::Statement& run_record) {
  const Json* execution = run_record.predicate.find("execution");
  const Json* governed = execution == nullptr ? nullptr : execution->find("governed");
  if (governed == nullptr) return std::nullopt;
  auto read = governed_by_from_json(*governed);
  if (!read) return in_context("the record's execution.governed", std::move(read).error());
  return std::optional(*std::move(read));
}

Status expect_mark(const GovernedBy& by, const RunPaths& paths, system::Files& files) {
  GLASS_TRY(const std::optional<GovernedBy> marked, read_mark(paths, files));
  if (marked == by) return {};
  return changed(paths.governed(), fmt::format("the training {}, and its record says run {} of "
                                               "facility {}",
                                               told(marked), by.run, by.facility));
}

Status expect_governance(const std::optional<GovernedBy>& by, const RunPaths& paths,
                         system::Files& files) {
  GLASS_TRY(const std::optional<GovernedBy> marked, read_mark(paths, files));
  if (marked == by || (!marked && !files.exists(paths.chain()))) return {};
  const std::string way_out =
      marked ? fmt::format("go on with --facility DIR --run {}, or train", marked->run) : "train";
  return refused(fmt::format("the training in {} {}; {} into another folder with --out",
                             paths.root.string(), told(marked), way_out));
}

Status mark_governed(const GovernedBy& by, const RunPaths& paths, system::Files& files) {
  GLASS_TRY_STATUS(files.make_folders(paths.training()));
  return files.write_atomic(paths.governed(), as_bytes(to_canonical(to_json(by))));
}

}  // namespace glass::service

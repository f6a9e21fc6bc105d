#include "glass/service/run_chain.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::service {
namespace {

// With its line feed; what a chain ends with when it has none.
std::string_view take_line(std::string_view& rest) {
  const size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end == std::string_view::npos ? end : end + 1);
  rest.remove_prefix(line.size());
  return line;
}

}  // namespace

void StepReader::skip(int64_t steps) {
  for (; steps > 0; --steps) take_line(rest_);
}

Result<engine::StepRecord> StepReader::next() {
  GLASS_TRY(const Json line, parse_json(take_line(rest_)));
  const Json* record = line.find("record");
  if (record == nullptr) return fail(ErrorCode::kCorruption, "the chain has a line without record");
  return engine::step_record_from_json(*record);
}

RunChain::RunChain(std::unique_ptr<system::MappedFile> mapped, const record::ChainEnd& end)
    : mapped_(std::move(mapped)), end_(end) {}

Result<RunChain> RunChain::read(system::Files& files, const system::Path& file,
                                const RunOrigin& origin, record::TornLine torn_line, Visit visit) {
  GLASS_TRY(auto mapped, files.map(file));
  GLASS_TRY(const record::ChainEnd end,
            record::read_step_chain(as_text(mapped->bytes()), genesis(origin), torn_line,
                                    [&](const record::ChainLink& link) -> Status {
                                      GLASS_TRY(const engine::StepRecord step,
                                                engine::step_record_from_json(link.record));
                                      return visit(step, link.digest);
                                    }));
  return RunChain(std::move(mapped), end);
}

StepReader RunChain::steps() const {
  return StepReader(as_text(mapped_->bytes()).substr(0, end_.size_bytes));
}

}  // namespace glass::service

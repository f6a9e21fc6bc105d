#include "glass/record/evidence/step_chain.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/check.h"

namespace glass::record {

namespace {

// Of a record that is given in canonical form; so is the line, whose keys stand in their order.
std::string line_of(std::string_view record, const crypto::Digest& digest) {
  return fmt::format("{{\"digest\":\"{}\",\"record\":{}}}\n", to_text(digest), record);
}

struct ParsedLine {
  Json json;
  crypto::Digest digest;
};

// Checks one line, given with its '\n', against the end of the chain before it.
Result<ParsedLine> parse_line(std::string_view line, const ChainEnd& before) {
  GLASS_TRY(Json json, parse_json(line));
  GLASS_TRY(const std::string stated, json.get_string("digest"));
  if (const auto is_object = json.get_object("record"); !is_object) {
    return tl::unexpected(is_object.error());
  }
  const Json& record = *json.find("record");
  GLASS_TRY(const int64_t step, record.get_int("step"));
  GLASS_TRY(const std::string prev, record.get_string("prev"));
  const auto wrong = [](std::string message) {
    return fail(ErrorCode::kInvalidInput, std::move(message));
  };
  if (step != before.step + 1) {
    return wrong(
        fmt::format("it is of step {} where step {} should follow", step, before.step + 1));
  }
  const std::string canonical = to_canonical(record);
  const crypto::Digest digest = crypto::sha256(canonical);
  if (to_text(digest) != stated) {
    return wrong(fmt::format("the record of step {} was changed: it has the digest {}, not {}",
                             step, to_text(digest), stated));
  }
  if (prev != to_text(before.digest)) {
    return wrong(fmt::format("step {} does not continue what is before it: \"prev\" is {}, not {}",
                             step, prev, to_text(before.digest)));
  }
  if (line_of(canonical, digest) != line) return wrong("it is not written in canonical form");
  return ParsedLine{.json = std::move(json), .digest = digest};
}

// Reads lines up to the one of step `last`.
Result<ChainEnd> read_until(std::string_view text, const crypto::Digest& genesis, int64_t last,
                            FunctionRef<Status(const ChainLink&)> visit) {
  ChainEnd end{.step = 0, .digest = genesis};
  while (end.step < last) {
    const std::string_view rest = text.substr(end.size_bytes);
    const size_t line_end = rest.find('\n');
    if (line_end == std::string_view::npos) {
      end.torn = !rest.empty();
      return end;
    }
    const auto line = parse_line(rest.substr(0, line_end + 1), end);
    if (!line) {
      return fail(ErrorCode::kCorruption,
                  fmt::format("line {} (step {}) of the step chain: {}", end.step + 1, end.step + 1,
                              line.error().message));
    }
    end.step += 1;
    end.digest = line->digest;
    end.size_bytes += line_end + 1;
    GLASS_TRY_STATUS(visit({.step = end.step,
                            .digest = end.digest,
                            .end_bytes = end.size_bytes,
                            .record = *line->json.find("record")}));
  }
  return end;
}

constexpr auto kIgnore = [](const ChainLink&) -> Status { return {}; };

}  // namespace

crypto::Digest record_digest(const Json& record) {
  return crypto::sha256(to_canonical(record));
}

Result<ChainEnd> read_step_chain(std::string_view text, const crypto::Digest& genesis,
                                 TornLine torn_line, FunctionRef<Status(const ChainLink&)> visit) {
  GLASS_TRY(const ChainEnd end,
            read_until(text, genesis, std::numeric_limits<int64_t>::max(), visit));
  if (end.torn && torn_line == TornLine::kRefuse) {
    return fail(
        ErrorCode::kCorruption,
        fmt::format("line {} (step {}) of the step chain is cut off", end.step + 1, end.step + 1));
  }
  return end;
}

Result<ChainEnd> check_step_chain(std::string_view text, const crypto::Digest& genesis,
                                  TornLine torn_line) {
  return read_step_chain(text, genesis, torn_line, kIgnore);
}

StepChainWriter::StepChainWriter(std::unique_ptr<system::WritableFile> file, ChainEnd end)
    : file_(std::move(file)), end_(end) {}

Result<StepChainWriter> StepChainWriter::open(system::Files& files, const system::Path& file,
                                              const crypto::Digest& genesis, int64_t after_step) {
  GLASS_CHECK(after_step >= 0);
  ChainEnd end{.step = 0, .digest = genesis};
  if (after_step > 0) {
    GLASS_TRY(const auto mapped, files.map(file));
    auto found = read_until(as_text(mapped->bytes()), genesis, after_step, kIgnore);
    if (!found) return in_context(system::path_text(file), std::move(found).error());
    end = *found;
    if (end.step < after_step) {
      return fail(ErrorCode::kCorruption,
                  fmt::format("{} ends after step {}, but should hold step {}",
                              system::path_text(file), end.step, after_step));
    }
  }
  return open(files, file, end);
}

Result<StepChainWriter> StepChainWriter::open(system::Files& files, const system::Path& file,
                                              const ChainEnd& end) {
  GLASS_TRY(auto writable, files.append(file, end.size_bytes));
  return StepChainWriter(std::move(writable), end);
}

Result<crypto::Digest> StepChainWriter::append(Json::Object record) {
  GLASS_CHECK(!record.contains("prev") && !record.contains("step"));
  GLASS_CHECK(!failed_);  // its caller was told
  record.emplace("prev", to_text(end_.digest));
  record.emplace("step", end_.step + 1);
  const std::string canonical = to_canonical(std::move(record));
  const crypto::Digest digest = crypto::sha256(canonical);
  const std::string line = line_of(canonical, digest);
  auto written = file_->append(as_bytes(line));
  if (!written) {
    failed_ = true;
    return tl::unexpected(std::move(written).error());
  }
  end_.step += 1;
  end_.digest = digest;
  end_.size_bytes += line.size();
  return digest;
}

Status StepChainWriter::sync() {
  return file_->sync();
}

}  // namespace glass::record

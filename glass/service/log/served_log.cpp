// StatementLog on a server. Nothing it says is believed: it names an index, and the proof of that
// entry is made of its tiles, under a checkpoint that the caller's policy is content with.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/verify_entry.h"
#include "glass/service/log/http_source.h"
#include "glass/service/log/log_statements.h"
#include "glass/service/log/statement_log.h"
#include "glass/system/clock.h"
#include "glass/system/http/http.h"
#include "glass/system/http/http_client.h"
#include "glass/system/interrupt.h"

namespace glass::service {
namespace {

constexpr size_t kMostShown = 300;  // of what a stranger's server says

// The first line of an answer, as a terminal may show it.
std::string said(std::string_view body) {
  std::string line(body.substr(0, std::min(body.find('\n'), kMostShown)));
  std::ranges::replace_if(
      line, [](char c) { return c < ' ' || c > '~'; }, '?');
  return line;
}

// "17 appended", "17 known"
Result<PostedStatement> parse_answer(std::string_view body) {
  const std::string_view line = body.substr(0, body.find('\n'));
  const size_t space = line.find(' ');
  const auto index = parse_count(line.substr(0, space));
  const std::string_view word =
      space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
  if (index && (word == "appended" || word == "known"))
    return PostedStatement{.index = *index, .was_there = word == "known"};
  return fail(
      ErrorCode::kCorruption,
      fmt::format("the server answers \"{}\", which is no index of a statement", said(body)));
}

tl::unexpected<Error> refused(const std::string& url, const system::HttpResponse& answer) {
  switch (answer.status) {
    case 400:
    case 413:
      return invalid_input(
          fmt::format("{} does not take the statement: {}", url, said(answer.body)));
    case 404:
    case 405:
      return fail(ErrorCode::kRefused,
                  fmt::format("{} takes no statements; whoever serves the log has to do so with "
                              "--take-entries",
                              url));
    default:
      return fail(ErrorCode::kIo, fmt::format("{}/add-statement: the server answers {}: {}", url,
                                              answer.status, said(answer.body)));
  }
}

// How long a caller is ready to wait.
class Patience {
 public:
  Patience(system::Clock& clock, const ServedLogChoice& choice)
      : clock_(clock),
        choice_(choice),
        end_ns_(clock.monotonic_ns() + choice.wait_ms * 1'000'000) {}

  // Until it is worth looking again; true if there is no time left.
  [[nodiscard]] Result<bool> is_over() const {
    if (system::wait_interruptibly(choice_.look_every_ms))
      return fail(ErrorCode::kInterrupted, fmt::format("stopped waiting for {}", choice_.url));
    return clock_.monotonic_ns() >= end_ns_;
  }

 private:
  system::Clock& clock_;
  const ServedLogChoice& choice_;
  int64_t end_ns_;
};

class ServedLog final : public StatementLog {
 public:
  ServedLog(ServedLogChoice choice, system::Clock& clock)
      : choice_(std::move(choice)), clock_(clock), source_(choice_.url) {}

  [[nodiscard]] std::string place() const override { return choice_.url; }

  [[nodiscard]] Result<OpenedLog> open() override {
    GLASS_TRY(const std::string note, read_note());
    auto found = record::open_by_log(note, choice_.policy);
    if (!found)
      return in_context(choice_.url + " is not the log that is expected", std::move(found).error());
    GLASS_TRY_STATUS(expect_takes_statements());
    return OpenedLog{.state = {.key = found->log.key,
                               .tree = found->opened.checkpoint.tree,
                               .note = record::to_text(found->opened.note)},
                     .policy = choice_.policy,
                     .url = found->log.url};
  }

  // One that may have been taken is sent again: it is appended once.
  [[nodiscard]] Result<PostedStatement> post(const record::Statement& statement) override {
    GLASS_TRY_STATUS(expect_loggable(statement));
    const Patience patience(clock_, choice_);
    while (true) {
      GLASS_TRY(const system::HttpResponse answer,
                client_.fetch({.url = choice_.url + "/add-statement",
                               .method = "POST",
                               .body = record::to_text(statement),
                               .content_type = "application/json"}));
      if (answer.status == 200) {
        auto posted = parse_answer(answer.body);
        if (!posted) return in_context(choice_.url, std::move(posted).error());
        return posted;
      }
      if (answer.status != 503) return refused(choice_.url, answer);
      GLASS_TRY(const bool is_over, patience.is_over());
      if (is_over) return refused(choice_.url, answer);
    }
  }

  [[nodiscard]] Result<int64_t> index_of(const record::Statement& statement) override {
    GLASS_TRY(const PostedStatement posted, post(statement));
    return posted.index;
  }

  [[nodiscard]] Result<record::ProofFile> prove(const record::Statement& statement,
                                                int64_t index) override {
    const std::string entry = record::log_entry(statement);
    const Patience patience(clock_, choice_);
    while (true) {
      auto proof = proof_now(entry, index);
      if (proof) return proof;
      if (!may_pass(proof.error())) return in_context(choice_.url, std::move(proof).error());
      GLASS_TRY(const bool is_over, patience.is_over());
      if (!is_over) continue;
      return fail(
          ErrorCode::kIo,
          fmt::format("{}: entry {} cannot be proved after {}: {}. The statement is in the "
                      "log, and the same command goes on from there",
                      choice_.url, index, duration_text(choice_.wait_ms), proof.error().message));
    }
  }

 private:
  // A server that is away, a state that is not published or cosigned yet.
  static bool may_pass(const Error& error) {
    return error.code == ErrorCode::kIo || error.code == ErrorCode::kNotFound;
  }

  [[nodiscard]] Result<std::string> read_note() {
    GLASS_TRY(const Bytes note, source_.read("checkpoint", record::kMostCheckpointBytes));
    return std::string(as_text(note));
  }

  // Where statements are posted, there is something, though nothing to get.
  [[nodiscard]] Status expect_takes_statements() {
    GLASS_TRY(const system::HttpResponse answer,
              client_.fetch({.url = choice_.url + "/add-statement"}));
    if (answer.status == 404) return refused(choice_.url, answer);
    return {};
  }

  [[nodiscard]] Result<record::ProofFile> proof_now(std::string_view entry, int64_t index) {
    GLASS_TRY(const std::string note, read_note());
    GLASS_TRY(record::CheckpointOfLog found, record::open_by_log(note, choice_.policy));
    const record::TreeHead tree = found.opened.checkpoint.tree;
    if (index >= tree.size)
      return fail(ErrorCode::kIo,
                  fmt::format("its checkpoint is still that of {} entries", tree.size));
    const auto cosigned = record::open_by_policy(note, choice_.policy);
    if (!cosigned) return fail(ErrorCode::kIo, cosigned.error().message);
    record::LogReader reader(source_, tree.size);
    record::ProofFile proof{.extra = {}, .index = index, .proof = {}, .checkpoint = {}};
    GLASS_TRY(proof.proof, record::prove_inclusion(index, tree.size, reader.hashes()));
    proof.checkpoint = std::move(found.opened.note);
    GLASS_TRY_STATUS(record::verify_entry(proof, as_bytes(entry), choice_.policy));
    return proof;
  }

  ServedLogChoice choice_;
  system::Clock& clock_;
  HttpSource source_;
  system::HttpClient client_;
};

}  // namespace

std::unique_ptr<StatementLog> log_at_url(ServedLogChoice choice, system::Clock& clock) {
  while (choice.url.ends_with('/')) choice.url.pop_back();
  return std::make_unique<ServedLog>(std::move(choice), clock);
}

}  // namespace glass::service

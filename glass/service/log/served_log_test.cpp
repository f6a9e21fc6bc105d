// Statements in a log at a URL, whose server may be slow or lie.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/verify_entry.h"
#include "glass/service/log/log.h"
#include "glass/service/log/log_server.h"
#include "glass/service/log/log_statements.h"
#include "glass/service/log/statement_log.h"
#include "glass/service/log/witness_server.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/http/http.h"
#include "glass/system/http_server/http_server.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

record::Statement incident(const std::string& what) {
  record::Statement made = record::state(
      record::predicate_type("incident", 1), {{"model.safetensors", crypto::sha256("m")}},
      Json::Object{{"found", "2026-11-26"}, {"severity", "minor"}, {"summary", what}});
  record::sign(made, crypto::SecretKey::from_seed({}));
  return made;
}

std::string url_at(uint16_t port) {
  return fmt::format("http://127.0.0.1:{}", port);
}

class ServedLogTest : public testing::Test {
 protected:
  void SetUp() override { key_ = init_log(files_, folder_ / "log", "example.org/log")->key; }

  std::string serve_cosigned() {
    record::Policy& policy = policy_;
    start_witness();
    policy =
        record::parse_policy(fmt::format("log {} https://log.example\nwitness w {} {}\n"
                                         "quorum w\n",
                                         record::to_text(key_), record::to_text(witness_->key()),
                                         url_at(witness_->port())))
            .value();
    server_ =
        LogServer::start(
            files_, folder_ / "log",
            {.listen = {.port = 0}, .takes_entries = true, .policy = policy, .ask_every_ms = 20})
            .value();
    return url_at(server_->port());
  }

  void start_witness() {
    witness_ = WitnessServer::start(
                   files_, system::posix_clock(), folder_ / "witness",
                   {.listen = {.port = witness_port_}, .name = "w.example", .logs = {key_}})
                   .value();
    witness_port_ = witness_->port();
  }

  [[nodiscard]] std::unique_ptr<StatementLog> at(const std::string& url,
                                                 int64_t wait_ms = 20'000) const {
    return log_at_url({.url = url, .policy = policy_, .wait_ms = wait_ms, .look_every_ms = 20},
                      system::posix_clock());
  }

  system::TemporaryFolder folder_;
  system::Files& files_ = system::posix_files();
  record::NoteKey key_;
  record::Policy policy_;
  uint16_t witness_port_ = 0;
  std::unique_ptr<WitnessServer> witness_;
  std::unique_ptr<LogServer> server_;
};

TEST_F(ServedLogTest, TakesAStatementThatItsPolicyProves) {
  const auto log = at(serve_cosigned() + "/");
  const auto opened = log->open();
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->state.key, key_);
  EXPECT_EQ(opened->url, "https://log.example") << "of the policy: strangers may not reach ours";
  for (int64_t i = 0; i < 3; ++i) {
    const record::Statement statement = incident(fmt::format("{}", i));
    const auto posted = log->post(statement);
    ASSERT_TRUE(posted) << posted.error().message;
    EXPECT_EQ(posted->index, i);
    EXPECT_FALSE(posted->was_there);
    EXPECT_TRUE(log->post(statement)->was_there);
    EXPECT_EQ(log->index_of(statement), i);
    const auto proof = log->prove(statement, i);
    ASSERT_TRUE(proof) << proof.error().message;
    const std::string entry = record::log_entry(statement);
    EXPECT_EQ(record::verify_entry(*proof, as_bytes(entry), opened->policy)->witnesses,
              std::vector<std::string>{"w.example"});
  }
  record::Statement changed = incident("0");
  changed.predicate.if_object()->at("summary") = "1";
  EXPECT_EQ(log->post(changed).error().code, ErrorCode::kMismatch);
}

TEST_F(ServedLogTest, WaitsForTheQuorumAndSaysWhoIsMissing) {
  const std::string url = serve_cosigned();
  witness_.reset();
  const auto posted = at(url)->post(incident("a"));
  ASSERT_TRUE(posted) << posted.error().message;
  const auto proof = at(url, 100)->prove(incident("a"), posted->index);
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().code, ErrorCode::kIo);
  EXPECT_NE(proof.error().message.find("not cosigned by w"), std::string::npos)
      << proof.error().message;
  EXPECT_NE(proof.error().message.find("is in the log"), std::string::npos);
  start_witness();
  EXPECT_TRUE(at(url)->post(incident("a"))->was_there);
  EXPECT_TRUE(at(url)->prove(incident("a"), posted->index));
  server_.reset();
  EXPECT_EQ(at(url, 100)->prove(incident("a"), 0).error().code, ErrorCode::kIo);
  EXPECT_EQ(at(url)->open().error().code, ErrorCode::kIo);
}

TEST_F(ServedLogTest, OfAFolderIsUsedAlike) {
  const auto log = log_in_folder(files_, folder_ / "log");
  const auto opened = log->open();
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(log->index_of(incident("a")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(log->post(incident("a"))->index, 0);
  EXPECT_TRUE(log->post(incident("a"))->was_there);
  EXPECT_EQ(log->index_of(incident("a")), 0);
  const std::string entry = record::log_entry(incident("a"));
  const auto proof = log->prove(incident("a"), 0);
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_TRUE(record::verify_entry(*proof, as_bytes(entry), opened->policy));
  EXPECT_EQ(log->prove(incident("b"), 0).error().code, ErrorCode::kMismatch);
  serve_cosigned();
  const auto held = log->open();
  EXPECT_EQ(held.error().code, ErrorCode::kRefused);
  EXPECT_NE(held.error().message.find("URL"), std::string::npos) << held.error().message;
}

// Serves a log's files, and answers a statement with what it is told to.
class ServedLogThatLies : public ServedLogTest {
 protected:
  void SetUp() override {
    ServedLogTest::SetUp();
    policy_ = record::policy_of(key_);
    ASSERT_TRUE(append_statement(files_, folder_ / "log", incident("first")));
    liar_ = system::HttpServer::start("127.0.0.1", 0,
                                      [this](system::HttpRequest request, system::HttpReply reply) {
                                        reply(answer(request));
                                      })
                .value();
  }

  [[nodiscard]] system::HttpResponse answer(const system::HttpRequest& request) {
    if (request.path() == "/add-statement") {
      if (request.method != "POST" || answers_.empty())
        return system::plain_text(status_of_get_, "there is nothing here");
      std::pair<int, std::string> next = answers_.front();
      if (answers_.size() > 1) answers_.erase(answers_.begin());
      return {.status = next.first, .headers = {}, .body = next.second};
    }
    const auto text = files_.read_text(folder_ / "log/public" / request.path().substr(1));
    return text ? system::HttpResponse{.status = 200, .headers = {}, .body = *text}
                : system::plain_text(404, "there is nothing here");
  }

  [[nodiscard]] std::unique_ptr<StatementLog> log(int64_t wait_ms = 100) const {
    return at(url_at(liar_->port()), wait_ms);
  }

  std::vector<std::pair<int, std::string>> answers_;  // the last is given again
  int status_of_get_ = 405;
  std::unique_ptr<system::HttpServer> liar_;
};

TEST_F(ServedLogThatLies, IsNotBelieved) {
  EXPECT_TRUE(log()->prove(incident("first"), 0));
  EXPECT_EQ(log()->prove(incident("second"), 0).error().code, ErrorCode::kMismatch);
  const auto later = log()->prove(incident("second"), 1);
  EXPECT_EQ(later.error().code, ErrorCode::kIo);
  EXPECT_NE(later.error().message.find("still that of 1 entries"), std::string::npos)
      << later.error().message;
  const std::vector<Bytes> more(1, Bytes{1});
  ASSERT_TRUE(append_entries(files_, folder_ / "log", more));
  EXPECT_TRUE(log()->prove(incident("first"), 0));
  ASSERT_TRUE(files_.write_atomic(folder_ / "log/public/tile/0/000.p/2", Bytes(64)));
  EXPECT_EQ(log()->prove(incident("first"), 0).error().code, ErrorCode::kMismatch);
  record::NoteKey other = key_;
  other.key = crypto::SecretKey::generate().public_key();
  policy_ = record::policy_of(other);
  EXPECT_EQ(log()->open().error().code, ErrorCode::kMismatch);
  EXPECT_EQ(log()->prove(incident("first"), 0).error().code, ErrorCode::kMismatch);
}

TEST_F(ServedLogThatLies, IsToldWhereItsAnswerIsNone) {
  for (const std::string_view body : {"", "x", "0", "0 lost", "-1 known", "01 known", "known 0"}) {
    answers_ = {{200, std::string(body)}};
    EXPECT_EQ(log()->post(incident("a")).error().code, ErrorCode::kCorruption) << body;
  }
  answers_ = {{400, "no\x1b[2J good\nsecond line"}};
  const auto refused = log()->post(incident("a"));
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(refused.error().message.find("no?[2J good"), std::string::npos);
  EXPECT_EQ(refused.error().message.find("second"), std::string::npos);
  answers_ = {{403, "not you"}};
  EXPECT_NE(log()->post(incident("a")).error().message.find("403: not you"), std::string::npos);
  answers_ = {{404, ""}};
  EXPECT_EQ(log()->post(incident("a")).error().code, ErrorCode::kRefused);
  EXPECT_TRUE(log()->open());
  status_of_get_ = 404;
  EXPECT_EQ(log()->open().error().code, ErrorCode::kRefused);
}

TEST_F(ServedLogThatLies, IsAskedAgainWhereItCannotTakeAStatementNow) {
  answers_ = {{503, "busy"}, {503, "busy"}, {200, "7 appended"}};
  const auto posted = log(20'000)->post(incident("a"));
  ASSERT_TRUE(posted) << posted.error().message;
  EXPECT_EQ(posted->index, 7);
  answers_ = {{503, "busy"}};
  const auto never = log(100)->post(incident("a"));
  EXPECT_EQ(never.error().code, ErrorCode::kIo);
  EXPECT_NE(never.error().message.find("503: busy"), std::string::npos) << never.error().message;
}

}  // namespace
}  // namespace glass::service

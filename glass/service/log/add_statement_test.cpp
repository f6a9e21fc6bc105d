// Statements that are posted to a server: each is in the log once, with its text.
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/sequencer/blobs.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/verify_entry.h"
#include "glass/service/log/log.h"
#include "glass/service/log/log_server.h"
#include "glass/service/log/log_statements.h"
#include "glass/sim/faulty_files.h"
#include "glass/system/files.h"
#include "glass/system/http/http.h"
#include "glass/system/http/http_client.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

record::Statement objection(const std::string& asks) {
  record::Statement made =
      record::state(record::predicate_type("objection", 1), {{"recipe.json", crypto::sha256("r")}},
                    Json::Object{{"grounds", "rights"}, {"lodged", "2026-11-26"}, {"asks", asks}});
  record::sign(made, crypto::SecretKey::from_seed({}));
  return made;
}

std::string text_of(const std::string& asks) {
  return record::to_text(objection(asks));
}

class AddStatement : public testing::Test {
 protected:
  void SetUp() override { key_ = init_log(files_, log_, "example.org/log")->key; }

  void serve(system::Files& files, bool takes_entries = true) {
    server_.reset();
    auto server =
        LogServer::start(files, log_, {.listen = {.port = 0}, .takes_entries = takes_entries});
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
    url_ = fmt::format("http://127.0.0.1:{}", server_->port());
  }

  [[nodiscard]] system::HttpResponse post(const std::string& body,
                                          std::string_view path = "/add-statement") const {
    return system::fetch({.url = url_ + std::string(path), .method = "POST", .body = body}).value();
  }

  // So many that what was there before lies in another tile.
  void append_others() {
    const std::vector<Bytes> others(300, Bytes{1});
    ASSERT_TRUE(append_entries(files_, log_, others));
  }

  [[nodiscard]] int64_t size() { return show_log(files_, log_)->tree.size; }

  [[nodiscard]] record::LogHealth health() {
    return check_log(files_, log_, [](int64_t) { return true; }).value();
  }

  [[nodiscard]] static std::string blob_of(const std::string& text) {
    return record::blob_path(crypto::sha256(text));
  }

  system::TemporaryFolder folder_;
  system::Path log_ = folder_ / "log";
  system::Files& files_ = system::posix_files();
  record::NoteKey key_;
  std::string url_;
  std::unique_ptr<LogServer> server_;
};

TEST_F(AddStatement, PutsItIntoTheLogOnceAndItsTextBesideIt) {
  serve(files_);
  const std::string text = text_of("a");
  EXPECT_EQ(post(text).body, "0 appended\n");
  EXPECT_EQ(post(text_of("b")).body, "1 appended\n");
  EXPECT_EQ(post(text).body, "0 known\n");
  EXPECT_EQ(post("anything", "/add").body, "2\n");
  serve(files_);
  EXPECT_EQ(post(text_of("b")).body, "1 known\n") << "the index is made at the start";
  EXPECT_EQ(size(), 3);
  const auto blob = system::fetch({.url = url_ + "/" + blob_of(text)}).value();
  EXPECT_EQ(blob.status, 200);
  EXPECT_EQ(blob.body, text);
  EXPECT_EQ(system::header_of(blob.headers, "Cache-Control").find("immutable"), std::string::npos)
      << "it may be withheld one day";
  const record::ProofFile proof = prove_entry(files_, log_, 0).value();
  const std::string entry = record::log_entry(objection("a"));
  EXPECT_TRUE(record::verify_entry(proof, as_bytes(entry), {&key_, 1}));
  EXPECT_TRUE(health().good());
  EXPECT_EQ(health().blobs, 2);
}

// Else whoever knows a statement could keep its text out by sending its name first.
TEST_F(AddStatement, NobodyAddsItsNameWithoutItsText) {
  append_others();
  serve(files_);
  const system::HttpResponse refused = post(record::log_entry(objection("a")), "/add");
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.body.find("/add-statement"), std::string::npos);
  EXPECT_EQ(post(text_of("a")).body, "300 appended\n");
  EXPECT_TRUE(files_.exists(log_ / "public" / blob_of(text_of("a"))));
}

TEST_F(AddStatement, OfManyAtOnceIsThereOnce) {
  constexpr int kPosters = 8, kStatements = 20;
  serve(files_);
  std::array<std::vector<std::string>, kPosters> answers;
  std::vector<std::thread> posters;
  for (size_t p = 0; p < kPosters; ++p)
    posters.emplace_back([&, p] {
      system::HttpClient client;
      for (int i = 0; i < kStatements; ++i) {
        const std::string body = text_of(fmt::format("{}", i));
        const auto answer =
            client.fetch({.url = url_ + "/add-statement", .method = "POST", .body = body});
        answers.at(p).push_back(answer && answer->status == 200 ? answer->body : "none");
      }
    });
  for (std::thread& poster : posters) poster.join();
  server_.reset();
  EXPECT_EQ(size(), kStatements);
  record::FolderSource source(files_, log_ / "public");
  record::LogReader reader(source, size());
  for (size_t i = 0; i < kStatements; ++i) {
    int appended = 0;
    for (const auto& of_poster : answers) {
      const std::string& answer = of_poster.at(i);
      appended += answer.ends_with(" appended\n") ? 1 : 0;
      ASSERT_TRUE(answer.ends_with(" appended\n") || answer.ends_with(" known\n")) << answer;
      EXPECT_EQ(as_text(reader.entry(std::stoll(answer)).value()),
                record::log_entry(objection(fmt::format("{}", i))));
    }
    EXPECT_EQ(appended, 1) << "statement " << i;
  }
  EXPECT_TRUE(health().good());
  EXPECT_EQ(health().blobs, kStatements);
}

TEST_F(AddStatement, IsRefusedWithTheReasonWhereItIsNoneThatHolds) {
  serve(files_);
  record::Statement changed = objection("a");
  changed.predicate.if_object()->at("asks") = "b";
  record::Statement without = objection("a");
  without.predicate.if_object()->erase("asks");
  without.signatures.clear();
  record::sign(without, crypto::SecretKey::from_seed({}));
  const std::pair<std::string, std::string> kWrong[] = {
      {"", "no valid statement"},
      {"{}", "no valid statement"},
      {text_of("a") + "\n", "no valid statement"},
      {text_of("a").substr(0, 100), "no valid statement"},
      {record::to_text(changed), "does not belong to this statement"},
      {record::to_text(without), "asks"}};
  for (const auto& [body, reason] : kWrong) {
    const system::HttpResponse answer = post(body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_NE(answer.body.find(reason), std::string::npos) << answer.body;
  }
  const std::string longer(record::kMostStatementBytes, 'x');
  const system::HttpResponse answer = post(text_of(longer));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(post(longer + "x").status, 413);
  EXPECT_NE(post(longer + "x").body.find("at most 1,048,576"), std::string::npos);
  EXPECT_EQ(append_statement(files_, log_, objection(longer)).error().code,
            ErrorCode::kInvalidInput);
  EXPECT_EQ(system::fetch({.url = url_ + "/add-statement"})->status, 405);
  EXPECT_EQ(size(), 0);
  EXPECT_FALSE(files_.exists(log_ / "public/blob"));
  serve(files_, false);
  EXPECT_EQ(post(text_of("a")).status, 405);
  EXPECT_EQ(system::fetch({.url = url_ + "/add-statement"})->status, 404);
}

TEST_F(AddStatement, WhoseTextIsWithheldStaysSo) {
  serve(files_);
  ASSERT_EQ(post(text_of("a")).body, "0 appended\n");
  const system::Path text = log_ / "public" / blob_of(text_of("a"));
  ASSERT_TRUE(files_.remove_all(text));
  EXPECT_EQ(post(text_of("a")).body, "0 known\n");
  server_.reset();
  append_others();
  serve(files_);
  EXPECT_EQ(post(text_of("a")).body, "0 known\n");
  EXPECT_FALSE(files_.exists(text));
  EXPECT_EQ(system::fetch({.url = url_ + "/" + blob_of(text_of("a"))})->status, 404);
}

// Every operation fails in turn: once, which the server survives; or it and all behind it, which is
// a kill at this place: what was written before is all there is.
class AddStatementFaults : public AddStatement, public testing::WithParamInterface<bool> {};

TEST_P(AddStatementFaults, LoseNothingThatWasAnsweredAndAppendNothingTwice) {
  sim::FaultyFiles faulty(files_);
  bool failed = true;
  for (int64_t operation = 1; failed; ++operation) {
    const std::string body = text_of(fmt::format("{}", operation));
    serve(faulty);
    faulty.fail_at({.operation = operation, .for_good = GetParam()});
    const system::HttpResponse answer = post(body);
    failed = answer.status != 200;
    ASSERT_TRUE(!failed || answer.status == 503) << answer.body;
    ASSERT_TRUE(!failed || operation < 100);
    if (GetParam()) server_.reset();
    faulty.fail_never();
    EXPECT_TRUE(health().good()) << "after the failure of operation " << operation;
    const int64_t before = size();
    if (GetParam()) serve(faulty);
    const std::string again = post(body).body;
    if (!failed) {
      EXPECT_EQ(again, fmt::format("{} known\n", std::stoll(answer.body)));
    }
    EXPECT_TRUE(again.ends_with(" known\n") || again.ends_with(" appended\n")) << again;
    EXPECT_LE(size(), before + 1);
    EXPECT_EQ(size(), operation) << "one more than before this operation";
    EXPECT_TRUE(health().good());
    EXPECT_EQ(health().blobs, operation);
    EXPECT_EQ(health().pending, 0);
    EXPECT_EQ(health().withheld, 0);
  }
  EXPECT_GE(size(), 5) << "there is a text, a growth, tiles and a checkpoint to write";
}

INSTANTIATE_TEST_SUITE_P(Once, AddStatementFaults, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Kill, AddStatementFaults, testing::Values(true));

}  // namespace
}  // namespace glass::service

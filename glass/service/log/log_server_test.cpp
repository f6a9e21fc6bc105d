// A log, its witness and who watches it, over HTTP on this machine.
#include "glass/service/log/log_server.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/service/log/http_source.h"
#include "glass/service/log/log.h"
#include "glass/service/log/watch_log.h"
#include "glass/service/log/witness_server.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/http/http.h"
#include "glass/system/http/http_client.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

std::vector<Bytes> entries(int64_t begin, int64_t end) {
  std::vector<Bytes> out;
  for (int64_t i = begin; i < end; ++i) {
    const std::string text = fmt::format("entry {}", i);
    out.emplace_back(text.begin(), text.end());
  }
  return out;
}

class LogServerTest : public testing::Test {
 protected:
  void SetUp() override { key_ = init_log(files_, log_, "example.org/log")->key; }

  std::unique_ptr<LogServer> serve(bool takes_entries = false) {
    auto server =
        LogServer::start(files_, log_, {.listen = {.port = 0}, .takes_entries = takes_entries});
    EXPECT_TRUE(server) << server.error().message;
    url_ = fmt::format("http://127.0.0.1:{}", (*server)->port());
    return std::move(*server);
  }

  [[nodiscard]] int status(std::string_view path, std::string_view method = "GET") const {
    return system::fetch({.url = url_ + std::string(path), .method = std::string(method)})->status;
  }

  void append(int64_t begin, int64_t end) {
    ASSERT_TRUE(append_entries(files_, log_, entries(begin, end)));
  }

  system::TemporaryFolder folder_;
  system::Path log_ = folder_ / "log";
  system::Files& files_ = system::posix_files();
  record::NoteKey key_;
  std::string url_;
};

TEST_F(LogServerTest, AStrangerReadsAndChecksALog) {
  append(0, 600);
  const auto server = serve();
  HttpSource source(url_);
  const auto opened = record::read_checkpoint(source, {&key_, 1});
  ASSERT_TRUE(opened) << opened.error().message;
  record::LogReader reader(source, opened->checkpoint.tree.size);
  for (const int64_t index : {0, 255, 256, 599}) {
    const auto proof = record::prove_inclusion(index, 600, reader.hashes());
    ASSERT_TRUE(proof) << proof.error().message;
    EXPECT_TRUE(record::check_inclusion(record::leaf_hash(reader.entry(index).value()), index,
                                        *proof, opened->checkpoint.tree));
  }
  const auto tile = system::fetch({.url = url_ + "/tile/0/000"});
  EXPECT_EQ(system::header_of(tile->headers, "Content-Type"), "application/octet-stream");
  EXPECT_NE(system::header_of(tile->headers, "Cache-Control").find("immutable"), std::string::npos);
}

TEST_F(LogServerTest, NothingButWhatIsPublishedIsServed) {
  append(0, 3);
  const auto server = serve();
  EXPECT_EQ(status("/checkpoint"), 200);
  EXPECT_EQ(status("/tile/0/000.p/3?x"), 200);
  EXPECT_EQ(status("/"), 200);
  // A growth that was cut off has left a tile of a size that was never published.
  ASSERT_TRUE(files_.write_atomic(log_ / "public/tile/0/000.p/4", Bytes(128)));
  for (const std::string_view path :
       {"/tile/0/000.p/4", "/tile/0/000", "/private/key.json", "/../private/key.json",
        "/tile/../../private/key.json", "/tile/0/000.p/03", "/checkpoint/", "//checkpoint", "/add",
        "/%63heckpoint"})
    EXPECT_EQ(status(path), 404) << path;
  EXPECT_EQ(status("/checkpoint", "DELETE"), 405);
  EXPECT_EQ(status("/add", "POST"), 405) << "it was not started to take entries";
}

TEST_F(LogServerTest, EntriesOfManyAtOnceAreDurableWhenTheyAreAnswered) {
  constexpr int kWriters = 8, kEach = 25;
  std::set<int64_t> indices;
  {
    const auto server = serve(true);
    EXPECT_EQ(append_entries(files_, log_, entries(0, 1)).error().code, ErrorCode::kRefused);
    std::array<std::vector<std::pair<int64_t, std::string>>, kWriters> answered;
    std::vector<std::thread> writers;
    for (int w = 0; w < kWriters; ++w)
      writers.emplace_back([&, w] {
        for (int i = 0; i < kEach; ++i) {
          const std::string entry = fmt::format("{} of writer {}", i, w);
          const auto answer =
              system::fetch({.url = url_ + "/add", .method = "POST", .body = entry});
          if (answer && answer->status == 200)
            answered.at(static_cast<size_t>(w)).emplace_back(std::stoll(answer->body), entry);
        }
      });
    for (std::thread& writer : writers) writer.join();
    HttpSource source(url_);
    const auto opened = record::read_checkpoint(source, {&key_, 1}).value();
    record::LogReader reader(source, opened.checkpoint.tree.size);
    for (const auto& of_writer : answered) {
      for (const auto& [index, entry] : of_writer) {
        indices.insert(index);
        EXPECT_EQ(as_text(reader.entry(index).value()), entry);
      }
    }
    const std::string longest(record::kMostEntryBytes, 'x');
    EXPECT_EQ(system::fetch({.url = url_ + "/add", .method = "POST", .body = longest})->status,
              200);
    EXPECT_EQ(
        system::fetch({.url = url_ + "/add", .method = "POST", .body = longest + "x"})->status,
        413);
    EXPECT_EQ(status("/add"), 405);
  }
  EXPECT_EQ(indices.size(), static_cast<size_t>(kWriters * kEach));
  EXPECT_TRUE(check_log(files_, log_, [](int64_t) { return true; })->good());
}

TEST_F(LogServerTest, AWitnessCosignsALogAndNoFork) {
  append(0, 3);
  const auto witness =
      WitnessServer::start(files_, system::posix_clock(), folder_ / "witness",
                           {.listen = {.port = 0}, .name = "witness.example", .logs = {key_}})
          .value();
  const std::string text =
      fmt::format("log {}\nwitness w {} http://127.0.0.1:{}\nquorum w\n", record::to_text(key_),
                  record::to_text(witness->key()), witness->port());
  const record::Policy policy = record::parse_policy(text).value();
  const auto published = [&] { return files_.read_text(log_ / "public/checkpoint").value(); };
  EXPECT_FALSE(record::open_by_policy(published(), policy));
  for (const int64_t size : {3, 3, 700}) {
    if (size > 3) append(3, size);
    const auto asked = cosign_log(files_, log_, policy);
    ASSERT_TRUE(asked) << asked.error().message;
    EXPECT_TRUE(asked->front().cosigned) << asked->front().why_not;
    EXPECT_EQ(record::open_by_policy(published(), policy)->checkpoint.tree.size, size);
  }

  // The same log, begun again from a copy: another continuation of the same key.
  const system::Path kept = folder_ / "kept";
  std::filesystem::rename(log_, kept);
  std::filesystem::create_directories(log_ / "private");
  std::filesystem::copy(kept / "private/key.json", log_ / "private/key.json");
  ASSERT_TRUE(init_log(files_, log_, "example.org/log"));
  append(1, 900);
  const auto asked = cosign_log(files_, log_, policy);
  EXPECT_FALSE(asked->front().cosigned);
  EXPECT_NE(asked->front().why_not.find("422"), std::string::npos) << asked->front().why_not;
  EXPECT_FALSE(record::open_by_policy(published(), policy));
}

TEST_F(LogServerTest, ShowsEachNewStateToItsWitnessesWhileItTakesEntries) {
  const auto witness =
      WitnessServer::start(files_, system::posix_clock(), folder_ / "witness",
                           {.listen = {.port = 0}, .name = "witness.example", .logs = {key_}})
          .value();
  const std::string text =
      fmt::format("log {}\nwitness w {} http://127.0.0.1:{}\nquorum w\n", record::to_text(key_),
                  record::to_text(witness->key()), witness->port());
  const record::Policy policy = record::parse_policy(text).value();
  const auto cosigned_at = [&](int64_t size) {
    for (int i = 0; i < 500; ++i) {
      const auto opened =
          record::open_by_policy(files_.read_text(log_ / "public/checkpoint").value(), policy);
      if (opened && opened->checkpoint.tree.size == size) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  };
  for (const bool takes_entries : {false, true}) {
    const auto server = LogServer::start(files_, log_,
                                         {.listen = {.port = 0},
                                          .takes_entries = takes_entries,
                                          .policy = policy,
                                          .ask_every_ms = 20})
                            .value();
    const int64_t size = show_log(files_, log_)->tree.size;
    EXPECT_TRUE(cosigned_at(size));
    if (!takes_entries) {  // another process appends, and waits while cosignatures are published
      const std::vector<Bytes> more(3, Bytes(1, 'x'));
      const auto appended = [&] { return append_entries(files_, log_, more).has_value(); };
      for (int i = 0; i < 500 && !appended(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      EXPECT_TRUE(cosigned_at(size + 3));
      continue;
    }
    const std::string add = fmt::format("http://127.0.0.1:{}/add", server->port());
    for (int64_t more = 1; more <= 3; ++more) {
      EXPECT_EQ(system::fetch({.url = add, .method = "POST", .body = "entry"})->status, 200);
      EXPECT_TRUE(cosigned_at(size + more));
    }
  }
}

TEST_F(LogServerTest, AWitnessThatIsAwayIsTold) {
  const record::Policy policy =
      record::parse_policy(
          "witness w "
          "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X "
          "http://127.0.0.1:1\nquorum w\n")
          .value();
  const auto asked = cosign_log(files_, log_, policy);
  ASSERT_TRUE(asked);
  EXPECT_FALSE(asked->front().cosigned);
  EXPECT_NE(asked->front().why_not.find("http://127.0.0.1:1"), std::string::npos);
}

TEST_F(LogServerTest, WhoWatchesSeesGrowthAndAFork) {
  append(0, 300);
  const auto server = serve();
  HttpSource source(url_);
  const system::Path state = folder_ / "seen";
  EXPECT_EQ(watch_log(source, {&key_, 1}, files_, state)->before.size, 0);
  append(300, 520);
  const auto grown = watch_log(source, {&key_, 1}, files_, state);
  ASSERT_TRUE(grown) << grown.error().message;
  EXPECT_EQ(grown->before.size, 300);
  EXPECT_EQ(grown->now.size, 520);

  // A wrong tile is its server's doing and no fork.
  append(520, 530);
  const system::Path tile = log_ / "public/tile/0/002.p/18";
  const Bytes good = files_.read(tile).value();
  ASSERT_TRUE(files_.write_atomic(tile, Bytes(good.size())));
  EXPECT_EQ(watch_log(source, {&key_, 1}, files_, state).error().code, ErrorCode::kCorruption);
  ASSERT_TRUE(files_.write_atomic(tile, good));
  EXPECT_TRUE(watch_log(source, {&key_, 1}, files_, state));

  std::filesystem::rename(log_ / "private/key.json", folder_ / "key.json");
  std::filesystem::remove_all(log_);
  std::filesystem::create_directories(log_ / "private");
  std::filesystem::rename(folder_ / "key.json", log_ / "private/key.json");
  ASSERT_TRUE(init_log(files_, log_, "example.org/log"));
  append(1, 600);
  const auto forked = watch_log(source, {&key_, 1}, files_, state);
  ASSERT_FALSE(forked);
  EXPECT_EQ(forked.error().code, ErrorCode::kMismatch);
  EXPECT_NE(forked.error().message.find("has forked"), std::string::npos);
  EXPECT_TRUE(files_.exists(folder_ / "seen.forked"));
  const auto again = watch_log(source, {&key_, 1}, files_, state);
  EXPECT_EQ(again.error().code, ErrorCode::kMismatch) << "it stays told";
}

}  // namespace
}  // namespace glass::service

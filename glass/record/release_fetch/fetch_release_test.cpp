// A server that hands out a release, and all that it may do wrong.
#include "glass/record/release_fetch/fetch_release.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/ascii.h"
#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/release/release_layout.h"
#include "glass/sim/faulty_files.h"
#include "glass/system/files.h"
#include "glass/system/files_below.h"
#include "glass/system/http/http.h"
#include "glass/system/http_server/http_server.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/raw_server.h"

namespace glass::record {
namespace {

constexpr size_t kLargeBytes = size_t{5} << 20;

class FetchRelease : public testing::Test {
 protected:
  FetchRelease() {
    served_ = {{"README.md", "a model\n"},
               {"evidence/one two%.json", "{}"},
               {"empty", ""},
               {"model.safetensors", std::string(kLargeBytes, 'w')},
               {"release.json", "{\"a\":1}"},
               {"model.sig", "signed"}};
    list();
    server_ = std::move(*system::HttpServer::start(
        "127.0.0.1", 0, [this](const system::HttpRequest& request, const system::HttpReply& reply) {
          reply(answer(request));
        }));
    limits_.stall_seconds = 1;
    limits_.tries = 2;
    limits_.pause_ms = 1;
  }

  // SHA256SUMS says what is served.
  void list() {
    std::map<std::string, crypto::Digest> digests;
    for (const auto& [file, text] : served_) digests.emplace(file, crypto::sha256(text));
    served_["SHA256SUMS"] = sums_text(digests);
  }

  system::HttpResponse answer(const system::HttpRequest& request) {
    std::string path(request.path().substr(std::string_view("/models/one/").size()));
    if (path == "evidence/one%20two%25.json") path = "evidence/one two%.json";
    const std::string_view range = system::header_of(request.headers, "range");
    const std::lock_guard lock(mutex_);
    asked_.push_back(range.empty() ? path : fmt::format("{} {}", path, range));
    if (const auto elsewhere = moved_.find(path); elsewhere != moved_.end())
      return {.status = 302, .headers = {{"Location", elsewhere->second}}, .body = ""};
    if (const auto status = statuses_.find(path); status != statuses_.end())
      return system::plain_text(status->second, "no");
    const auto found = served_.find(path);
    if (found == served_.end()) return system::plain_text(404, "not found");
    const std::string& text = found->second;
    if (!knows_ranges_ || range.empty()) return {.status = 200, .headers = {}, .body = text};
    const uint64_t from =
        parse_decimal(range.substr(range.find('=') + 1, range.size() - 7)).value_or(0);
    if (from >= text.size()) return system::plain_text(416, "no such part");
    return {.status = 206,
            .headers = {{"Content-Range",
                         fmt::format("bytes {}-{}/{}", from, text.size() - 1, text.size())}},
            .body = text.substr(from)};
  }

  Status fetch() {
    return fetch_release(files_, fmt::format("http://127.0.0.1:{}/models/one", server_->port()),
                         folder(), watch_, limits_);
  }

  // Why it failed; nothing that looks like a release is left.
  std::string failure(ErrorCode code = ErrorCode::kIo) {
    const Status fetched = fetch();
    EXPECT_FALSE(fetched);
    if (fetched) return "";
    EXPECT_EQ(name(fetched.error().code), name(code)) << fetched.error().message;
    EXPECT_FALSE(files_.exists(folder() / "SHA256SUMS"));
    return fetched.error().message;
  }

  [[nodiscard]] system::Path folder() const { return work_ / "fetched"; }

  system::Path part_of(const std::string& file) {
    return folder() / ".fetch" / to_hex(crypto::sha256(served_[file]).bytes);
  }

  std::map<std::string, std::string> on_disk() {
    std::map<std::string, std::string> found;
    const auto names = system::files_below(files_, folder());
    EXPECT_TRUE(names) << names.error().message;
    for (const std::string& file : *names) found[file] = files_.read_text(folder() / file).value();
    return found;
  }

  void write(const std::string& file, std::string_view text) {
    ASSERT_TRUE(files_.make_folders((folder() / file).parent_path()));
    ASSERT_TRUE(files_.write_atomic(folder() / file, as_bytes(text)));
  }

  // The requests for it since the last call of this.
  int times_asked(std::string_view what) {
    const auto times = std::ranges::count(asked_, what);
    asked_.clear();
    return static_cast<int>(times);
  }

  sim::FaultyFiles files_{system::posix_files()};
  const system::TemporaryFolder work_;
  FetchWatch watch_;
  FetchLimits limits_;
  std::mutex mutex_;
  std::map<std::string, std::string> served_;
  std::map<std::string, std::string> moved_;  // to another URL
  std::map<std::string, int> statuses_;       // instead of the file
  std::vector<std::string> asked_;            // paths, with the range if there was one
  bool knows_ranges_ = true;
  std::unique_ptr<system::HttpServer> server_;
};

TEST_F(FetchRelease, BringsWhatIsListedAndNothingElse) {
  served_["unlisted.txt"] = "nobody asks for it";
  const Status fetched = fetch();
  ASSERT_TRUE(fetched) << fetched.error().message;
  served_.erase("unlisted.txt");
  EXPECT_EQ(on_disk(), served_);
}

TEST_F(FetchRelease, TellsHowFarItIs) {
  std::vector<std::string> lines;
  watch_.tell = [&](std::string_view line) { lines.emplace_back(line); };
  ASSERT_TRUE(fetch());
  EXPECT_GE(std::ranges::count(lines, "file 4 of 5: model.safetensors, 5.2 MB of 5.2 MB"), 1);
  EXPECT_GT(lines.size(), 10U);
}

TEST_F(FetchRelease, WhatIsThereAlreadyIsNotFetchedAgain) {
  ASSERT_TRUE(fetch());
  EXPECT_EQ(times_asked("model.safetensors"), 1);
  ASSERT_TRUE(files_.remove_all(folder() / "SHA256SUMS"));
  ASSERT_TRUE(files_.remove_all(folder() / "README.md"));
  ASSERT_TRUE(fetch());
  EXPECT_EQ(asked_, (std::vector<std::string>{"SHA256SUMS", "model.sig", "README.md"}));
  EXPECT_EQ(on_disk(), served_);
}

TEST_F(FetchRelease, WhatIsThereAndElseIsNeverOverwritten) {
  write("README.md", "my own");
  EXPECT_NE(failure(ErrorCode::kRefused).find("README.md is another file than the release's"),
            std::string::npos);
  EXPECT_EQ(on_disk(), (std::map<std::string, std::string>{{"README.md", "my own"}}));
  ASSERT_TRUE(files_.remove_all(folder() / "README.md"));
  write("notes/mine.txt", "my own");
  EXPECT_NE(failure(ErrorCode::kRefused).find("notes/mine.txt is not part of the release"),
            std::string::npos);
  ASSERT_TRUE(files_.remove_all(folder()));
  ASSERT_TRUE(fetch());
  served_["model.sig"] = "signed by somebody else";
  const Status other = fetch();
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("model.sig is another file"), std::string::npos);
}

TEST_F(FetchRelease, ALinkInTheFolderIsNotFollowed) {
  ASSERT_TRUE(files_.make_folders(folder()));
  ASSERT_TRUE(files_.make_folders(work_ / "outside"));
  std::filesystem::create_symlink(work_ / "outside", folder() / "evidence");
  EXPECT_NE(failure(ErrorCode::kRefused).find("evidence is not part of the release"),
            std::string::npos);
  EXPECT_TRUE(system::files_below(files_, work_ / "outside")->empty());
}

TEST_F(FetchRelease, ALinkToTheRightFileIsNone) {
  ASSERT_TRUE(files_.write_atomic(work_ / "README.md", as_bytes(served_["README.md"])));
  ASSERT_TRUE(files_.make_folders(folder()));
  std::filesystem::create_symlink(work_ / "README.md", folder() / "README.md");
  EXPECT_NE(failure(ErrorCode::kRefused).find("README.md is not part of the release"),
            std::string::npos);
}

TEST_F(FetchRelease, APartIsGoneOnWith) {
  write(part_of("model.safetensors").lexically_relative(folder()), std::string(1000, 'w'));
  ASSERT_TRUE(fetch());
  EXPECT_EQ(times_asked("model.safetensors bytes=1000-"), 1);
  EXPECT_EQ(on_disk(), served_);
}

TEST_F(FetchRelease, APartIsBegunAnewWhereTheServerKnowsNoRanges) {
  knows_ranges_ = false;
  write(part_of("model.safetensors").lexically_relative(folder()), std::string(1000, 'w'));
  ASSERT_TRUE(fetch());
  EXPECT_EQ(times_asked("model.safetensors bytes=1000-"), 1);
  EXPECT_EQ(on_disk(), served_);
}

TEST_F(FetchRelease, APartThatIsWholeNeedsNothing) {
  write(part_of("model.safetensors").lexically_relative(folder()), served_["model.safetensors"]);
  ASSERT_TRUE(fetch());
  EXPECT_EQ(times_asked("model.safetensors"), 0);
  EXPECT_EQ(on_disk(), served_);
}

TEST_F(FetchRelease, AWrongPartIsBegunAnew) {
  for (const size_t bytes : {size_t{1000}, kLargeBytes, kLargeBytes + 1}) {
    write(part_of("model.safetensors").lexically_relative(folder()), std::string(bytes, 'x'));
    const Status fetched = fetch();
    ASSERT_TRUE(fetched) << fetched.error().message;
    EXPECT_EQ(times_asked("model.safetensors"), 1);
    EXPECT_EQ(on_disk(), served_);
    ASSERT_TRUE(files_.remove_all(folder()));
  }
}

TEST_F(FetchRelease, WrongBytesAreNotKept) {
  served_["model.safetensors"][kLargeBytes / 2] ^= 1;
  const std::string why = failure(ErrorCode::kMismatch);
  EXPECT_NE(why.find("/models/one/model.safetensors has the digest sha256:"), std::string::npos)
      << why;
  EXPECT_FALSE(files_.exists(folder() / "model.safetensors"));
  EXPECT_EQ(times_asked("model.safetensors"), 1);
  write(part_of("model.safetensors").lexically_relative(folder()), "");
  EXPECT_NE(failure(ErrorCode::kMismatch).find("has the digest"), std::string::npos);
}

// A part, the rest that fits it, and wrong in sum: the whole is asked for once, and wrong as well.
TEST_F(FetchRelease, WrongBytesInPartsAreAskedForOnceMore) {
  const system::Path part = part_of("model.safetensors");
  served_["model.safetensors"][kLargeBytes - 1] ^= 1;
  write(part.lexically_relative(folder()), std::string(1000, 'w'));
  failure(ErrorCode::kMismatch);
  EXPECT_EQ(times_asked("model.safetensors"), 1);
  EXPECT_FALSE(files_.exists(part));
}

TEST_F(FetchRelease, WhatTheServerLacksIsNamed) {
  served_.erase("empty");
  const std::string why = failure(ErrorCode::kMismatch);
  EXPECT_NE(
      why.find("/models/one/empty: the server answers 404, but SHA256SUMS there names the file"),
      std::string::npos)
      << why;
  served_.erase("SHA256SUMS");
  EXPECT_NE(failure(ErrorCode::kInvalidInput).find("is no release"), std::string::npos);
}

TEST_F(FetchRelease, WithoutASignatureItIsLeftToTheVerifier) {
  served_.erase("model.sig");
  ASSERT_TRUE(fetch());
  EXPECT_EQ(on_disk(), served_);
}

TEST_F(FetchRelease, WithoutAStatementItIsNone) {
  served_.erase("release.json");
  served_.erase("model.sig");
  list();
  EXPECT_NE(failure(ErrorCode::kInvalidInput).find("does not name release.json"),
            std::string::npos);
  EXPECT_FALSE(files_.exists(folder())) << "nothing is written before it is known to be a release";
}

TEST_F(FetchRelease, NamesThatLeadOutAreRefusedBeforeAnythingIsWritten) {
  served_["SHA256SUMS"] += to_hex(crypto::sha256("x").bytes) + "  ../outside\n";
  const std::string why = failure(ErrorCode::kCorruption);
  EXPECT_NE(why.find("/models/one/SHA256SUMS: line 6 names what is no file below"),
            std::string::npos)
      << why;
  EXPECT_FALSE(files_.exists(folder()));
  EXPECT_EQ(times_asked("../outside"), 0);
}

TEST_F(FetchRelease, AServerInTroubleIsAskedAgainAndThenNamed) {
  statuses_["README.md"] = 503;
  EXPECT_NE(failure().find("/models/one/README.md: the server answers 503"), std::string::npos);
  EXPECT_EQ(times_asked("README.md"), limits_.tries);
  statuses_["README.md"] = 403;
  EXPECT_NE(failure().find("/models/one/README.md: the server answers 403"), std::string::npos);
  EXPECT_EQ(times_asked("README.md"), 1);
}

TEST_F(FetchRelease, AServerThatNeverAnsweredIsNotAskedAgain) {
  std::atomic<int> connections = 0;
  const testkit::RawServer silent([&](const testkit::RawConnection&) { ++connections; });
  const Status fetched = fetch_release(files_, silent.url(), folder(), watch_, limits_);
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, ErrorCode::kIo);
  EXPECT_EQ(connections, 1);
}

TEST_F(FetchRelease, IsLedToOtherServersButNotToFiles) {
  const testkit::RawServer other([&](const testkit::RawConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\na model\n");
  });
  moved_["README.md"] = other.url() + "/somewhere";
  ASSERT_TRUE(fetch());
  EXPECT_EQ(on_disk(), served_);
  ASSERT_TRUE(files_.remove_all(folder()));
  moved_["README.md"] = "file:///etc/passwd";
  EXPECT_NE(failure(ErrorCode::kRefused).find("only http and https"), std::string::npos);
}

// Each connection brings two megabytes and breaks.
TEST_F(FetchRelease, GoesOnWhereAConnectionBroke) {
  std::atomic<int> connections = 0;
  const testkit::RawServer breaking([&](const testkit::RawConnection& connection) {
    ++connections;
    const size_t range = connection.head().find("bytes=");
    const size_t from =
        range == std::string::npos ? 0 : std::stoul(connection.head().substr(range + 6));
    const size_t rest = kLargeBytes - from;
    connection.send(from == 0
                        ? "HTTP/1.1 200 OK\r\n"
                        : fmt::format("HTTP/1.1 206 Part\r\nContent-Range: bytes {}-{}/{}\r\n",
                                      from, kLargeBytes - 1, kLargeBytes));
    connection.send(fmt::format("Content-Length: {}\r\n\r\n", rest));
    connection.send(std::string(std::min(rest, size_t{2} << 20), 'w'));
  });
  moved_["model.safetensors"] = breaking.url();
  limits_.tries = 1;  // in vain
  const Status fetched = fetch();
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(connections, 3);
  EXPECT_EQ(on_disk(), served_);
}

TEST_F(FetchRelease, ABodyThatBreaksOffIsTriedAgainAndLeavesAPart) {
  std::atomic<int> connections = 0;
  const testkit::RawServer short_body([&](const testkit::RawConnection& connection) {
    ++connections;
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5242880\r\n\r\nwww");
  });
  moved_["model.safetensors"] = short_body.url();
  EXPECT_NE(failure().find("/models/one/model.safetensors: "), std::string::npos);
  EXPECT_EQ(connections, limits_.tries);
  EXPECT_EQ(files_.read_text(part_of("model.safetensors")).value(), "www");
}

TEST_F(FetchRelease, AListThatBreaksOffIsReadAnew) {
  std::atomic<int> connections = 0;
  const std::string sums = served_["SHA256SUMS"];
  const testkit::RawServer short_body([&](const testkit::RawConnection& connection) {
    connection.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", sums.size()));
    connection.send(sums.substr(0, ++connections == 1 ? 100 : sums.size()));
  });
  moved_["SHA256SUMS"] = short_body.url();
  const Status fetched = fetch();
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(on_disk(), served_);
}

// The server breaks off, and sends another end: again and again.
TEST_F(FetchRelease, AServerThatNeverEndsRightlyIsLeft) {
  std::atomic<int> connections = 0;
  const testkit::RawServer bad([&](const testkit::RawConnection& connection) {
    ++connections;
    const bool is_rest = connection.head().find("bytes=2097152-") != std::string::npos;
    const size_t rest = is_rest ? kLargeBytes - (2 << 20) : kLargeBytes;
    connection.send(is_rest
                        ? "HTTP/1.1 206 Part\r\nContent-Range: bytes 2097152-5242879/5242880\r\n"
                        : "HTTP/1.1 200 OK\r\n");
    connection.send(fmt::format("Content-Length: {}\r\n\r\n", rest));
    connection.send(std::string(is_rest ? rest : size_t{2} << 20, 'x'));
  });
  moved_["model.safetensors"] = bad.url();
  const Status fetched = fetch();
  ASSERT_FALSE(fetched);
  EXPECT_LE(connections, 1 + limits_.tries);
}

TEST_F(FetchRelease, ABodyThatNoLongerComesIsLeft) {
  const testkit::RawServer stalling([](const testkit::RawConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5242880\r\n\r\nwww");
    connection.wait();
  });
  moved_["model.safetensors"] = stalling.url();
  EXPECT_NE(failure().find("too slow"), std::string::npos);
}

TEST_F(FetchRelease, ABodyWithoutEndIsStoppedBeforeTheDiskIsFull) {
  files_.set_free_bytes(uint64_t{10} << 20);
  limits_.free_bytes_left = uint64_t{8} << 20;
  served_["model.safetensors"] = "small";
  list();
  std::atomic<uint64_t> sent = 0;
  const testkit::RawServer endless([&](const testkit::RawConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.send(std::string(1000, 'w'))) sent += 1000;
  });
  moved_["model.safetensors"] = endless.url();
  const std::string why = failure(ErrorCode::kRefused);
  EXPECT_NE(why.find("does not end before the disk is full"), std::string::npos) << why;
  EXPECT_GE(sent, uint64_t{2} << 20);
  EXPECT_FALSE(files_.exists(part_of("model.safetensors")));
}

TEST_F(FetchRelease, WhatTheDiskHasNoRoomForIsRefusedAtOnce) {
  files_.set_free_bytes(uint64_t{10} << 20);
  limits_.free_bytes_left = uint64_t{6} << 20;
  const std::string why = failure(ErrorCode::kRefused);
  EXPECT_NE(why.find("model.safetensors has 1.0 MB more than the disk has room for"),
            std::string::npos)
      << why;
  EXPECT_EQ(files_.size_bytes(part_of("model.safetensors")).value_or(0), 0U);
}

TEST_F(FetchRelease, ATextWithoutEndIsStopped) {
  const testkit::RawServer endless([&](const testkit::RawConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.send(std::string(1 << 20, 'w'))) {
    }
  });
  moved_["SHA256SUMS"] = endless.url();
  EXPECT_NE(failure(ErrorCode::kCorruption).find("/SHA256SUMS has more than 67.1 MB"),
            std::string::npos);
}

TEST_F(FetchRelease, IsStoppedAndGoneOnWith) {
  int lines = 0;
  watch_.tell = [&](std::string_view line) { lines += line.find("5.2 MB") != std::string::npos; };
  watch_.interrupted = [&] { return lines > 3; };
  failure(ErrorCode::kInterrupted);
  const uint64_t there = files_.size_bytes(part_of("model.safetensors")).value();
  EXPECT_GT(there, 0U);
  EXPECT_LT(there, kLargeBytes);
  asked_.clear();
  watch_ = {};
  ASSERT_TRUE(fetch());
  EXPECT_EQ(times_asked(fmt::format("model.safetensors bytes={}-", there)), 1);
  EXPECT_EQ(on_disk(), served_);
}

TEST_F(FetchRelease, TwoAtOnceAreOneTooMany) {
  ASSERT_TRUE(files_.make_folders(folder() / ".fetch"));
  const auto other = files_.lock(folder() / ".fetch");
  ASSERT_TRUE(other);
  EXPECT_NE(failure(ErrorCode::kRefused).find("is in use by process"), std::string::npos);
}

TEST_F(FetchRelease, WhereverTheDiskFailsTheNextOneEndsIt) {
  served_["model.safetensors"] = "small";
  list();
  for (int64_t operation = 1;; ++operation) {
    asked_.clear();
    files_.fail_at({.operation = operation, .for_good = true, .short_write = true});
    const Status fetched = fetch();
    files_.fail_never();
    if (fetched) break;
    EXPECT_LE(times_asked("model.safetensors"), 1) << "no server is to blame";
    ASSERT_LT(operation, 1000);
    const Status again = fetch();
    ASSERT_TRUE(again) << operation << ": " << again.error().message;
    EXPECT_EQ(on_disk(), served_) << operation;
    ASSERT_TRUE(files_.remove_all(folder()));
  }
}

}  // namespace
}  // namespace glass::record

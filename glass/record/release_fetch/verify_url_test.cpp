#include "glass/record/release_fetch/verify_url.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/release/release_layout.h"
#include "glass/record/release/trust.h"
#include "glass/system/files.h"
#include "glass/system/files_below.h"
#include "glass/system/http/http.h"
#include "glass/system/http_server/http_server.h"
#include "glass/system/temporary_folder.h"

namespace glass::record {
namespace {

// A server of what calls itself a release: one statement, which is none.
class VerifyUrl : public testing::Test {
 protected:
  VerifyUrl() {
    server_ = std::move(*system::HttpServer::start(
        "127.0.0.1", 0, [this](const system::HttpRequest& request, const system::HttpReply& reply) {
          if (request.target == "/r/SHA256SUMS")
            return reply({.status = 200, .headers = {}, .body = sums_});
          if (request.target == "/r/release.json")
            return reply({.status = 200, .headers = {}, .body = "{}"});
          reply(system::plain_text(404, "not found"));
        }));
    ::setenv("TMPDIR", (work_ / "temporary").c_str(), 1);
    EXPECT_TRUE(files_.make_folders(work_ / "temporary"));
  }

  ~VerifyUrl() override { ::unsetenv("TMPDIR"); }

  [[nodiscard]] std::string url() const {
    return fmt::format("http://127.0.0.1:{}/r", server_->port());
  }

  Result<EvidenceNode> verified(const system::Path& to) {
    return verify_url(files_, url() + "/", to, {}, parallel_, watch_);
  }

  system::Files& files_ = system::posix_files();
  const system::TemporaryFolder work_;
  SerialParallel parallel_;
  FetchWatch watch_;
  std::string sums_ = sums_text({{"release.json", crypto::sha256("{}")}});
  std::unique_ptr<system::HttpServer> server_;
};

TEST_F(VerifyUrl, ChecksWhatItFetchedAndNamesWhereFrom) {
  const auto tree = verified(work_ / "kept");
  ASSERT_TRUE(tree) << tree.error().message;
  EXPECT_EQ(tree->detail, url());
  EXPECT_EQ(tree->state, EvidenceState::kBroken) << "the right digest is not enough";
  EXPECT_EQ(files_.read_text(work_ / "kept/release.json").value(), "{}");
}

TEST_F(VerifyUrl, LeavesNothingUnlessToldWhere) {
  bool was_there = false;
  watch_.tell = [&](std::string_view line) {
    was_there |=
        line == "checking what was fetched" && files_.list(work_ / "temporary")->size() == 1;
  };
  ASSERT_TRUE(verified({}));
  EXPECT_TRUE(was_there);
  EXPECT_TRUE(files_.list(work_ / "temporary")->empty());
  sums_ = sums_text({{"release.json", crypto::sha256("another")}});
  EXPECT_FALSE(verified({}));
  EXPECT_TRUE(files_.list(work_ / "temporary")->empty());
}

TEST_F(VerifyUrl, WhereNoFolderCanBeMadeIsAnError) {
  ::setenv("TMPDIR", "/nowhere", 1);
  EXPECT_NE(verified({}).error().message.find("/nowhere"), std::string::npos);
}

}  // namespace
}  // namespace glass::record

#include "glass/record/release/hash_file.h"

#include <string>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::record {
namespace {

TEST(HashFile, IsTheDigestOfWhatCameBeforeAndTheFile) {
  const system::TemporaryFolder folder;
  const std::string text((size_t{33} << 20) + 7, 'x');
  ASSERT_TRUE(system::posix_files().write_atomic(folder / "file", as_bytes(text)));
  crypto::Sha256 hash;
  hash.update(as_bytes("before"));
  ASSERT_TRUE(hash_file(
      system::posix_files(), folder / "file", [] { return false; }, hash));
  EXPECT_EQ(hash.finish(), crypto::sha256("before" + text));
}

TEST(HashFile, IsStopped) {
  const system::TemporaryFolder folder;
  const std::string text(size_t{33} << 20, 'x');
  ASSERT_TRUE(system::posix_files().write_atomic(folder / "file", as_bytes(text)));
  crypto::Sha256 hash;
  int asked = 0;
  const Status read = hash_file(
      system::posix_files(), folder / "file", [&] { return ++asked == 2; }, hash);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kInterrupted);
}

}  // namespace
}  // namespace glass::record

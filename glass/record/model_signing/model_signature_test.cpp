#include "glass/record/model_signing/model_signature.h"

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/record/model_signing/internal/resource_names.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_files.h"

namespace glass::record {
namespace {

namespace fs = std::filesystem;

crypto::P256SecretKey test_key() {
  std::array<uint8_t, 32> scalar{};
  scalar.fill(1);
  return crypto::P256SecretKey::from_scalar(scalar).value();
}

class ModelFolder : public testing::Test {
 protected:
  void SetUp() override {
    write("config.json", "{}");
    write("weights/a.safetensors", "some weights");
    write(".git/HEAD", "what nobody signs");
  }

  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(files_.make_folders((folder() / name).parent_path()));
    ASSERT_TRUE(files_.write_atomic(folder() / name, as_bytes(text)));
  }

  [[nodiscard]] fs::path folder() const { return temporary_.path() / "model"; }

  [[nodiscard]] Result<crypto::Digest> digest_of(const std::string& file) {
    GLASS_TRY(const Bytes bytes, files_.read(folder() / file));
    return crypto::sha256(bytes);
  }

  std::string bundle() {
    return sign_model("model",
                      {{"weights/a.safetensors", crypto::sha256("some weights")},
                       {"config.json", crypto::sha256("{}")}},
                      test_key());
  }

  std::string verdict() {
    const auto model = open_model_signature(bundle(), test_key().public_key());
    if (!model) return model.error().message;
    const auto of = [&](const std::string& file) { return digest_of(file); };
    const Status same = expect_signed_files(*model, folder(), files_, of);
    return same ? "the same" : same.error().message;
  }

  system::TemporaryFolder temporary_;
  system::Files& files_ = system::posix_files();
};

TEST_F(ModelFolder, IsWhatWasSigned) {
  EXPECT_EQ(verdict(), "the same");
  EXPECT_EQ(bundle(), bundle());
  write("model.sig", bundle());
  EXPECT_EQ(verdict(), "the same");
}

TEST_F(ModelFolder, IsNotWhatWasSignedOnceAnythingChanges) {
  write("config.json", "{ }");
  EXPECT_EQ(verdict().substr(0, 39), "config.json was changed: signed is sha2");
  write("config.json", "{}");
  write("weights/b.safetensors", "");
  EXPECT_EQ(verdict(), "weights/b.safetensors is not signed");
  ASSERT_TRUE(files_.remove_all(folder() / "weights/b.safetensors"));
  write("sub/.git", "ignored at the top alone");
  EXPECT_EQ(verdict(), "sub/.git is not signed");
  ASSERT_TRUE(files_.remove_all(folder() / "sub"));
  write(".gitmodules", "");
  EXPECT_EQ(verdict(), ".gitmodules is not signed");
  ASSERT_TRUE(files_.remove_all(folder() / ".gitmodules"));
  fs::rename(folder() / "config.json", temporary_.path() / "config.json");
  EXPECT_EQ(verdict(), "config.json was signed and is not there");
  fs::create_symlink(temporary_.path() / "config.json", folder() / "config.json");
  EXPECT_EQ(verdict(), "config.json is a symbolic link, which the signature does not allow");
}

TEST(ModelSignature, IsRefusedWithAnotherKeyAndAfterAnyChange) {
  const std::string bundle = sign_model("m", {{"a", crypto::sha256("a")}}, test_key());
  EXPECT_TRUE(open_model_signature(bundle, test_key().public_key()));
  const auto other = open_model_signature(bundle, crypto::P256SecretKey::generate().public_key());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kMismatch);
  // What is signed, and the signature; around them lie members that nobody has signed.
  for (const std::string_view member : {"\"payload\":\"", "\"sig\":\""}) {
    const size_t begin = bundle.find(member) + member.size();
    for (size_t at = begin; bundle[at] != '"'; ++at) {
      std::string changed = bundle;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      EXPECT_FALSE(open_model_signature(changed, test_key().public_key())) << at;
    }
  }
}

TEST(ModelSignature, NamesOfResourcesStayInTheFolder) {
  for (const char* good : {"a", "a/b.c", "..a", "a..", "été"}) EXPECT_TRUE(is_plain_path(good));
  for (const char* bad : {"", "/a", "a/", "a//b", ".", "..", "./a", "a/../b", "a\\b"})
    EXPECT_FALSE(is_plain_path(bad)) << bad;
  const auto part = part_of("a:b:0:12");
  ASSERT_TRUE(part);
  EXPECT_EQ(part->file, "a:b");
  EXPECT_EQ(part->end, 12U);
  for (const char* bad :
       {"a", "a:1", "a:1:1", "a:2:1", "a:01:2", "a:-1:2", "a:0:99999999999999999999"})
    EXPECT_FALSE(part_of(bad)) << bad;
}

// The cases of an independent program, and what it says of each.
TEST(ModelSignature, JudgesTheBundlesOfOthersAsTheySay) {
  const fs::path vectors = testkit::shared_file("vectors/oms");
  GLASS_SKIP_WITHOUT(vectors);
  system::Files& files = system::posix_files();
  const system::TemporaryFolder temporary;
  const fs::path model = temporary.path() / "model";
  fs::copy(vectors / "model", model, fs::copy_options::recursive);
  const Json cases = parse_json(files.read_text(vectors / "cases.json").value()).value();
  for (const auto& [from, to] : **cases.get_object("rename"))
    fs::rename(model / from, model / *to.if_string());
  int judged = 0;
  for (const Json& one : **cases.get_array("cases")) {
    const std::string name = one.get_string("bundle").value();
    const auto key = crypto::EcdsaPublicKey::from_pem(
        files.read_text(vectors / one.get_string("key").value()).value());
    ASSERT_TRUE(key);
    const auto opened = open_model_signature(files.read_text(vectors / name).value(), *key);
    Status same = opened ? Status{} : Status(tl::unexpected(opened.error()));
    const auto digest_of = [&](const std::string& file) -> Result<crypto::Digest> {
      return crypto::sha256(files.read(model / file).value());
    };
    if (opened) same = expect_signed_files(*opened, model, files, digest_of);
    EXPECT_EQ(same.has_value(), one.get_string("expect") == "accept")
        << name << ": " << one.get_string("why").value() << "; "
        << (same ? "accepted" : same.error().message);
    ++judged;
  }
  EXPECT_EQ(judged, 21);
}

}  // namespace
}  // namespace glass::record

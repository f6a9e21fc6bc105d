#include "glass/data/ingest/release.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "glass/base/result.h"

namespace glass::data {
namespace {

constexpr std::string_view kHead = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n";
constexpr std::string_view kTail =
    "-----BEGIN PGP SIGNATURE-----\n\nabc=\n-----END PGP SIGNATURE-----\n";

std::string clear_text(const std::string& message) {
  const auto text = clearsigned_text(message);
  return text ? *text : "error: " + text.error().message;
}

std::string message_of(std::string_view text) {
  return std::string(kHead) + std::string(text) + std::string(kTail);
}

TEST(Clearsigned, TheTextBetweenTheLines) {
  EXPECT_EQ(clear_text(message_of("A: 1  \n- -dash\n\n B\n")), "A: 1\n-dash\n\n B\n");
}

TEST(Clearsigned, NothingUnsignedIsTakenForSigned) {
  const std::string prefix = "error: it is no signed release file: ";
  EXPECT_EQ(clear_text("A: 1\n" + message_of("B: 2\n")),
            prefix + "it does not begin with a signed message");
  EXPECT_EQ(clear_text(message_of("A: 1\n") + "B: 2\n"),
            prefix + "something stands behind the signature");
  EXPECT_EQ(clear_text(message_of("A: 1\n") + message_of("B: 2\n")),
            prefix + "something stands behind the signature");
  EXPECT_EQ(clear_text(message_of("A: 1\n-----BEGIN PGP SIGNED MESSAGE-----\n")),
            prefix + "a line is not escaped");
  EXPECT_EQ(clear_text(std::string(kHead) + "A: 1\n"), prefix + "its signature is missing");
  EXPECT_EQ(clear_text(std::string(kHead) + "A: 1\n-----BEGIN PGP SIGNATURE-----\nabc\n"),
            prefix + "its signature is cut off");
  EXPECT_EQ(clear_text("-----BEGIN PGP SIGNED MESSAGE-----\nA: 1\n\n"),
            prefix + "it has an unexpected armour header");
}

TEST(Release, IndexesWithDigestAndSize) {
  const std::string digits(64, 'a');
  const auto release = parse_release("Origin: Debian\nDate: now\nMD5Sum:\n x 1 main/y\nSHA256:\n " +
                                     digits + "   12 main/binary-amd64/Packages\n");
  ASSERT_TRUE(release.has_value()) << release.error().message;
  EXPECT_EQ(release->origin, "Debian");
  EXPECT_EQ(release->indexes.size(), 1U);
  EXPECT_EQ(release->indexes.at("main/binary-amd64/Packages").size_bytes, 12U);
}

TEST(Release, WhatIsNoReleaseFileIsRefused) {
  EXPECT_FALSE(parse_release("Origin: Debian\n").has_value());
  EXPECT_FALSE(parse_release("SHA256:\n abc 12 x\n").has_value());
  EXPECT_FALSE(parse_release("SHA256:\n " + std::string(64, 'a') + " x y\n").has_value());
  EXPECT_FALSE(parse_release("SHA256:\n " + std::string(64, 'a') + " 12\n").has_value());
  EXPECT_FALSE(parse_release("SHA256:\n\nSHA256:\n").has_value());
}

TEST(Gpgv, OnlyAGoodSignatureCounts) {
  const auto count = [](std::string_view status) {
    const auto signatures = parse_gpgv_status(status);
    return signatures ? static_cast<int>(signatures->size()) : -1;
  };
  const std::string good =
      "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG AB Key A <a@b>\n[GNUPG:] VALIDSIG F1 x\n";
  EXPECT_EQ(count(good), 1);
  EXPECT_EQ(count(good + good), 2);
  EXPECT_EQ(count(good + "[GNUPG:] NEWSIG\n[GNUPG:] NO_PUBKEY AB\n"), 1);
  EXPECT_EQ(count(good + "[GNUPG:] NEWSIG\n[GNUPG:] BADSIG AB Key\n"), -1);
  EXPECT_EQ(count("[GNUPG:] NEWSIG\n[GNUPG:] EXPKEYSIG AB Key\n[GNUPG:] VALIDSIG F1 x\n"), -1);
  EXPECT_EQ(count("[GNUPG:] GOODSIG AB Key\n[GNUPG:] NEWSIG\n[GNUPG:] VALIDSIG F1 x\n"), -1);
  EXPECT_EQ(count("GOODSIG AB Key\nVALIDSIG F1\n"), -1);
  EXPECT_EQ(count(""), -1);
}

}  // namespace
}  // namespace glass::data

#include "glass/record/release/key_term.h"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "glass/base/result.h"

namespace glass::record {
namespace {

constexpr int64_t kDay = 86'400;
constexpr KeyTerm kTerm{.from = 10 * kDay, .until = 30 * kDay, .revoked = 20 * kDay};

std::string why(const KeyTerm& term, const SignedBy& signature) {
  const Status found = expect_in_term(term, signature);
  return found ? "" : found.error().message;
}

TEST(KeyTerm, WithoutBoundsAlwaysHolds) {
  EXPECT_EQ(why({}, {.now = 0, .seen = {}}), "");
  EXPECT_EQ(why({}, {.now = 1'000'000 * kDay / 100, .seen = 5}), "");
}

TEST(KeyTerm, BeginsAndEndsWithTheFirstSecondsOfItsDays) {
  EXPECT_NE(why(kTerm, {.now = 10 * kDay - 1, .seen = {}}), "");
  EXPECT_EQ(why(kTerm, {.now = 10 * kDay, .seen = {}}), "");
  EXPECT_EQ(why(kTerm, {.now = 20 * kDay - 1, .seen = {}}), "");
  EXPECT_NE(why(kTerm, {.now = 20 * kDay, .seen = {}}), "");
  EXPECT_NE(why({.from = {}, .until = 30 * kDay, .revoked = {}}, {.now = 30 * kDay, .seen = {}}),
            "");
}

TEST(KeyTerm, WhatWitnessesSawInTimeHoldsForever) {
  EXPECT_EQ(why(kTerm, {.now = 9'000 * kDay, .seen = 20 * kDay - 1}), "");
  EXPECT_EQ(why(kTerm, {.now = 9'000 * kDay, .seen = 20 * kDay}),
            "the key was revoked on 1970-01-21, and witnesses had seen the signature by "
            "1970-01-21");
  EXPECT_EQ(why(kTerm, {.now = 15 * kDay, .seen = 10 * kDay - 1}),
            "the key counts only from 1970-01-11, and witnesses had seen the signature by "
            "1970-01-10");
}

TEST(KeyTerm, WithoutWitnessesTheDayOfVerifyingCounts) {
  EXPECT_EQ(why({.from = {}, .until = 30 * kDay, .revoked = {}}, {.now = 31 * kDay, .seen = {}}),
            "the key ended on 1970-01-31, and no time of witnesses shows when it signed; today is "
            "1970-02-01");
}

}  // namespace
}  // namespace glass::record

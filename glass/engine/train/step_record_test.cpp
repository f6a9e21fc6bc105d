#include "glass/engine/train/step_record.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::engine {
namespace {

StepRecord full_record() {
  return {
      .step = 12,
      .loss = 2.5F,
      .gradient_norm = 0.75F,
      .learning_rate = 1e-3F,
      .tokens = 96,
      .batch = crypto::sha256("batch"),
      .event = StepEvent{.cause = Cause::kLossSpike, .action = Action::kRollBack, .back_to = 10},
      .parameters = crypto::sha256("parameters"),
      .optimizer = crypto::sha256("optimizer")};
}

Json in_chain(const StepRecord& record) {
  Json::Object json = to_json(record);
  json["step"] = record.step;
  json["prev"] = to_text(crypto::sha256("before"));
  return json;
}

TEST(StepRecord, IsReadBackFromItsCanonicalText) {
  StepRecord plain = full_record();
  plain.event.reset();
  plain.parameters.reset();
  plain.optimizer.reset();
  StepRecord pairs = full_record();
  pairs.preference = {.preferred = 3, .margin = 0.25F};
  for (const StepRecord& record : {full_record(), plain, pairs}) {
    const auto read = step_record_from_json(parse_json(to_canonical(in_chain(record))).value());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(expect_equal(record, *read));
    EXPECT_EQ(to_json(*read), to_json(record));
  }
}

TEST(StepRecord, KeepsTheBitsOfWhatIsNotFinite) {
  StepRecord record = full_record();
  record.loss = std::numeric_limits<float>::quiet_NaN();
  record.gradient_norm = std::numeric_limits<float>::infinity();
  const Json json = in_chain(record);
  EXPECT_EQ(to_canonical(*json.find("loss")), R"({"bits":"7fc00000","value":null})");
  EXPECT_EQ(to_canonical(*json.find("gradient_norm")), R"({"bits":"7f800000","value":null})");
  const auto read = step_record_from_json(json);
  ASSERT_TRUE(read);
  EXPECT_TRUE(expect_equal(record, *read));
}

TEST(StepRecord, NamesTheFirstThingThatDiffers) {
  const auto message = [](auto change) {
    StepRecord other = full_record();
    change(other);
    const Status status = expect_equal(full_record(), other);
    return status ? std::string("equal") : status.error().message;
  };
  EXPECT_EQ(message([](StepRecord&) {}), "equal");
  EXPECT_EQ(message([](StepRecord& r) {
              r.loss = 3.5F;
              r.gradient_norm = 1;
            }),
            "step 12: the loss is 3.5 (bits 40600000), the record says 2.5 (bits 40200000)");
  EXPECT_NE(message([](StepRecord& r) { r.batch = {}; }).find("the batch"), std::string::npos);
  EXPECT_NE(message([](StepRecord& r) { r.tokens = 1; }).find("tokens"), std::string::npos);
  EXPECT_NE(message([](StepRecord& r) { r.learning_rate = 0; }).find("rate"), std::string::npos);
  EXPECT_NE(message([](StepRecord& r) { r.event.reset(); }).find("event"), std::string::npos);
  EXPECT_NE(message([](StepRecord& r) { r.event->back_to = 5; }).find("event"), std::string::npos);
  EXPECT_NE(message([](StepRecord& r) { r.parameters.reset(); }).find("parameters"),
            std::string::npos);
  EXPECT_NE(message([](StepRecord& r) { r.optimizer = crypto::sha256("x"); }).find("optimizer"),
            std::string::npos);
}

// Records of older programs have no figures of preferences.
TEST(StepRecord, ComparesPreferencesWhereTheRecordHasThem) {
  StepRecord pairs = full_record();
  pairs.preference = {.preferred = 3, .margin = 0.25F};
  EXPECT_TRUE(expect_equal(full_record(), pairs));
  const Status status = expect_equal(pairs, full_record());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "step 12: what is preferred is none, the record says 3 preferred, margin 0.25 (bits "
            "3e800000)");
}

TEST(StepRecord, RefusesWhatIsNotARecord) {
  const auto refused = [](auto change) {
    Json::Object json = *in_chain(full_record()).if_object();
    change(json);
    return !step_record_from_json(json).has_value();
  };
  EXPECT_FALSE(refused([](Json::Object&) {}));
  EXPECT_TRUE(refused([](Json::Object& json) { json.erase("loss"); }));
  EXPECT_TRUE(refused([](Json::Object& json) { json["loss"] = 2.5; }));
  EXPECT_TRUE(refused([](Json::Object& json) {
    json["loss"] = Json::Object{{"bits", "40200000"}, {"value", 2.25}};
  }));
  EXPECT_TRUE(refused([](Json::Object& json) { json["tokens"] = "many"; }));
  EXPECT_TRUE(refused([](Json::Object& json) { json.erase("batch"); }));
  EXPECT_TRUE(refused([](Json::Object& json) { json["parameters"] = "sha256:0"; }));
  EXPECT_TRUE(refused([](Json::Object& json) {
    json["event"] = Json::Object{{"cause", "weather"}, {"action", "stop"}};
  }));
}

}  // namespace
}  // namespace glass::engine

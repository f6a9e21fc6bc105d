#include "glass/settings/settings_file.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/settings/fields.h"
#include "glass/settings/json_fields.h"
#include "glass/settings/problems.h"
#include "glass/settings/reference_rows.h"

namespace glass::settings {
namespace {

constexpr std::array<std::string_view, 2> kColours = {"red", "green"};

struct Leg {
  std::string side;
  int64_t toes = 3;
};

struct Bird {
  std::string name;
  std::string colour = "red";
  double weight_kg = 0.5;
  bool flies = true;
  std::vector<std::string> songs;
  std::vector<Leg> legs;
};

void describe(FieldVisitor& fields, Leg& leg) {
  fields.text("side", leg.side, "which one");
  fields.integer("toes", leg.toes, {.min = 1, .max = 4}, "how many");
}

void describe(FieldVisitor& fields, Bird& bird) {
  fields.text("name", bird.name, "what it is called");
  fields.choice("colour", bird.colour, kColours, "of its feathers");
  fields.real("weight_kg", bird.weight_kg, {.min = 0}, "when grown");
  fields.boolean("flies", bird.flies, "whether it does");
  fields.texts("songs", bird.songs, "that it knows");
  TablesOf legs(bird.legs);
  fields.tables("leg", legs, "what it stands on");
}

// What is wrong with [bird] and the rest of the file; empty if nothing is.
std::string problems_of(std::string_view text, const std::vector<std::string>& assignments = {}) {
  auto file = SettingsFile::parse(text, "birds.toml");
  if (!file) return file.error().message;
  for (const std::string& assignment : assignments) file->set(assignment);
  Bird bird;
  file->read_section("bird", bird);
  const Status finished = file->finish();
  return finished ? "" : finished.error().message;
}

TEST(SettingsFile, FillsWhatItNamesAndLeavesTheRest) {
  auto file = SettingsFile::parse(
      "[bird]\nname = \"wren\"\nsongs = [\"a\"]\n[[bird.leg]]\nside = \"left\"\n", "birds.toml");
  ASSERT_TRUE(file);
  file->set("bird.leg.0.toes=4");
  file->set("bird.colour=green");
  Bird bird;
  file->read_section("bird", bird);
  ASSERT_TRUE(file->finish()) << file->finish().error().message;
  EXPECT_EQ(bird.name, "wren");
  EXPECT_EQ(bird.colour, "green");
  EXPECT_EQ(bird.weight_kg, 0.5);
  ASSERT_EQ(bird.legs.size(), 1U);
  EXPECT_EQ(bird.legs[0].toes, 4);
}

TEST(SettingsFile, TellsEveryProblemWithItsLineAndTheWayOut) {
  EXPECT_EQ(problems_of("[bird]\nnmae = \"x\"\ncolour = \"blue\"\n[[bird.leg]]\ntoes = 5\n"),
            "birds.toml:3: bird.colour is 'blue'; it must be one of: red, green\n"
            "birds.toml:5: bird.leg.0.toes is 5; it must be between 1 and 4\n"
            "birds.toml:2: unknown key 'bird.nmae'; did you mean 'name'?");
  EXPECT_EQ(problems_of("[brid]\n"), "birds.toml:1: unknown key 'brid'; did you mean 'bird'?");
  EXPECT_EQ(problems_of("bird = 3\n"), "birds.toml:1: bird must be a section, [bird]");
  EXPECT_EQ(problems_of("[bird]\nflies = 1\n", {"bird.weight_kg=heavy"}),
            "--set bird.weight_kg: bird.weight_kg must be a number, not a string\n"
            "birds.toml:2: bird.flies must be true or false, not an integer");
  EXPECT_EQ(problems_of("[[bird.leg]]\n", {"bird.leg.7.toes=1"}),
            "--set bird.leg.7.toes: there is no such place in birds.toml");
  EXPECT_TRUE(problems_of("[bird\n").starts_with("birds.toml:1:"));
}

struct Egg {
  std::string colour;
};

void describe(FieldVisitor& fields, Egg& egg) {
  fields.choice("colour", egg.colour, kColours, "of its shell");
}

TEST(SettingsFile, AsksForAChoiceThatHasNoDefault) {
  auto file = SettingsFile::parse("[egg]\n", "birds.toml");
  ASSERT_TRUE(file);
  Egg egg;
  file->read_section("egg", egg);
  const Status finished = file->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message,
            "birds.toml:1: egg.colour is ''; it must be one of: red, green");
}

TEST(SettingsFile, TellsAFoundProblemWithTheNearestLine) {
  auto file =
      SettingsFile::parse("[bird]\n\n[[bird.leg]]\n\n[[bird.leg]]\ntoes = 2\n", "birds.toml");
  ASSERT_TRUE(file);
  Bird bird;
  file->read_section("bird", bird);
  ASSERT_TRUE(file->finish());
  file->report("bird.leg.1.toes", "limps");
  file->report("bird.leg.1.side", "is nowhere");
  file->report("bird.leg.0", "is missing");
  file->report("nest", "is empty");
  const Status finished = file->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message,
            "birds.toml:6: limps\nbirds.toml:5: is nowhere\nbirds.toml:3: is missing\n"
            "birds.toml: is empty");
}

TEST(JsonFields, AreReadAsTheyWereWritten) {
  Bird bird{.name = "wren", .songs = {"a", "b"}, .legs = {{.side = "left", .toes = 2}}};
  JsonWriter writer;
  describe(writer, bird);
  const Json json = std::move(writer).take();
  Bird back;
  Problems problems;
  JsonReader reader(json, "bird", problems);
  describe(reader, back);
  EXPECT_TRUE(problems.empty());
  JsonWriter again;
  describe(again, back);
  EXPECT_EQ(to_canonical(Json(std::move(again).take())), to_canonical(json));
  JsonReader empty(Json(Json::Object{}), "bird", problems);
  describe(empty, back);
  EXPECT_EQ(problems.size(), 6U);
  EXPECT_EQ(problems[0], "the recorded bird.name is missing or out of range");
}

TEST(ReferenceRows, HaveKeyTypeDefaultAllowedAndMeaning) {
  Bird bird;
  const std::string table = reference_table("bird", bird);
  EXPECT_NE(table.find("| `colour` | string | `\"red\"` | red, green | of its feathers |\n"),
            std::string::npos);
  EXPECT_NE(table.find("### `[[bird.leg]]`: what it stands on\n"), std::string::npos);
  EXPECT_NE(table.find("| `toes` | integer | `3` | 1 to 4 | how many |\n"), std::string::npos);
}

TEST(Nearest, IsASlipAwayAndNoMore) {
  const Names names = {"steps", "seed"};
  EXPECT_EQ(nearest("step", names), "steps");
  EXPECT_EQ(nearest("population", names), "");
  EXPECT_EQ(hint("population", names, "there are"), "there are: seed, steps");
}

}  // namespace
}  // namespace glass::settings

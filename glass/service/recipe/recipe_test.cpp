#include "glass/service/recipe/recipe.h"

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/testkit/test_files.h"

namespace glass::service {
namespace {

constexpr std::string_view kMinimal = R"(name = "small"

[corpus]
licences = ["CC0-1.0"]

[[corpus.source]]
kind = "folder"
paths = ["texts"]
)";

std::string with(std::string_view addition) {
  return std::string(kMinimal) + std::string(addition);
}

std::string message(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const auto recipe = read_recipe(text, "recipe.toml", overrides);
  return recipe ? "" : recipe.error().message;
}

TEST(Recipe, MinimalOneTakesDefaults) {
  const auto recipe = read_recipe(kMinimal, "recipe.toml", {});
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->name, "small");
  EXPECT_EQ(recipe->model.layers, ModelSettings{}.layers);
  ASSERT_EQ(recipe->corpus.sources.size(), 1U);
  EXPECT_EQ(recipe->corpus.sources[0].paths, std::vector<std::string>{"texts"});
}

TEST(Recipe, UnknownKeyNamesLineAndNearestKey) {
  EXPECT_EQ(message(with("[train]\nstep = 5\n")),
            "recipe.toml:10: unknown key 'train.step'; did you mean 'steps'?");
  EXPECT_EQ(message(with("[trian]\nsteps = 5\n")),
            "recipe.toml:9: unknown key 'trian'; did you mean 'train'?");
}

TEST(Recipe, EveryProblemIsToldAtOnce) {
  EXPECT_EQ(message(with("[model]\nlayers = 0\nheads = \"four\"\nfamily = \"lama\"\n")),
            "recipe.toml:12: model.family is 'lama'; it must be one of: gemma2, gemma3, gpt2, "
            "llama, mistral, mixtral, neox, olmo2, olmoe, qwen2, qwen3, qwen3_moe\n"
            "recipe.toml:10: model.layers is 0; it must be between 1 and 1000\n"
            "recipe.toml:11: model.heads must be an integer, not a string");
}

TEST(Recipe, ContradictionsNameBothKeys) {
  EXPECT_EQ(message(with("[model]\nd_model = 250\n")),
            "recipe.toml: model.d_model (250) must be a multiple of model.heads (4)");
  EXPECT_EQ(message(with("[train]\nsteps = 10\n")),
            "recipe.toml: schedule.warmup_steps (100) and schedule.decay_steps (200) together are "
            "more than train.steps (10); train longer or shorten them, for example --set "
            "schedule.warmup_steps=1 --set schedule.decay_steps=2");
  EXPECT_EQ(message(with("[train]\nsteps = 10\n[schedule]\nshape = \"cosine\"\n")),
            "recipe.toml: schedule.warmup_steps (100) is more than train.steps (10)");
}

TEST(Recipe, SchedulesAndGroupsAreData) {
  const auto recipe = read_recipe(with("[[schedule.piece]]\nsteps = 100\n[[schedule.piece]]\n"
                                       "shape = \"sqrt\"\nto = 0.0\n[schedule]\n"
                                       "shape = \"pieces\"\n[[optimizer.group]]\n"
                                       "parameters = [\"*.mlp.*\"]\nkinds = [\"matrix\"]\n"
                                       "learning_rate_factor = 0.5\ndecay = \"none\"\n"),
                                  "recipe.toml", {});
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->schedule.pieces[1].shape, "sqrt");
  EXPECT_EQ(recipe->optimizer.groups[0].learning_rate_factor, 0.5);
  const auto back = recipe_from_json(to_json(*recipe));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(to_canonical(to_json(*back)), to_canonical(to_json(*recipe)));
  EXPECT_EQ(message(with("[schedule]\nshape = \"pieces\"\n")),
            "recipe.toml: schedule.shape is 'pieces': give at least one [[schedule.piece]]");
  EXPECT_EQ(message(with("[[schedule.piece]]\nsteps = 3\n")),
            "recipe.toml: schedule.piece belongs to schedule.shape = 'pieces', not to 'wsd'");
  EXPECT_EQ(message(with("[[optimizer.group]]\nkinds = [\"matrices\"]\n")),
            "recipe.toml: optimizer.group[0].kinds has 'matrices'; known are embedding, head, "
            "matrix, norm, bias");
}

TEST(Recipe, BrokenTomlNamesLineAndColumn) {
  EXPECT_TRUE(message("name = \n").starts_with("recipe.toml:1:8: ")) << message("name = \n");
}

TEST(Recipe, OverridesWinAndAreNamedInErrors) {
  const std::vector<std::string> good = {"train.steps=500", "model.family=gpt2",
                                         "corpus.source.0.paths=[\"a\", \"b\"]"};
  const auto recipe = read_recipe(kMinimal, "recipe.toml", good);
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->train.steps, 500);
  EXPECT_EQ(recipe->model.family, "gpt2");
  EXPECT_EQ(recipe->corpus.sources[0].paths, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(message(with(""), {"train.steps=-1"}),
            "--set train.steps: train.steps is -1; it must be between 1 and 1000000000");
  EXPECT_EQ(message(with(""), {"train.stepz=1"}),
            "--set train.stepz: unknown key 'train.stepz'; did you mean 'steps'?");
  EXPECT_EQ(message(with(""), {"train"}), "--set train: expected section.key=value");
}

TEST(Recipe, SourceNeedsWhatItsKindNeeds) {
  EXPECT_EQ(message("name = \"a\"\n[corpus]\nlicences = [\"MIT\"]\n[[corpus.source]]\n"
                    "kind = \"debian\"\npaths = [\"x\"]\n"),
            "recipe.toml: corpus.source[0] is of kind debian: it needs 'packages' and no 'paths'");
}

TEST(Recipe, JsonDependsOnValuesAloneAndIsReadBack) {
  const auto plain = read_recipe(kMinimal, "recipe.toml", {});
  const auto commented =
      read_recipe(with("# a remark\n[model]\nlayers = 4 # the default\n"), "other.toml", {});
  ASSERT_TRUE(plain && commented);
  EXPECT_EQ(to_canonical(to_json(*plain)), to_canonical(to_json(*commented)));
  const auto parsed = parse_json(to_canonical(to_json(*plain)));
  ASSERT_TRUE(parsed);
  const auto back = recipe_from_json(*parsed);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(to_canonical(to_json(*back)), to_canonical(to_json(*plain)));
}

TEST(Recipe, RecordedOneWithAForeignOrMissingKeyIsRefused) {
  const auto recipe = read_recipe(kMinimal, "recipe.toml", {});
  ASSERT_TRUE(recipe);
  Json extra = to_json(*recipe);
  extra.if_object()->emplace("future", 1);
  EXPECT_EQ(recipe_from_json(extra).error().code, ErrorCode::kCorruption);
  Json missing = to_json(*recipe);
  missing.if_object()->erase("seed");
  EXPECT_EQ(recipe_from_json(missing).error().message,
            "the recorded seed is missing or out of range");
}

TEST(Recipe, ReferencePageIsTheProgramsOwn) {
  std::ifstream in(testkit::source_file("docs/reference/recipe.md"));
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(page, recipe_reference())
      << "renew it: glass recipe reference > docs/reference/recipe.md";
}

}  // namespace
}  // namespace glass::service

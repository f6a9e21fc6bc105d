// Whatever the bytes, reading a recipe ends in a Recipe or in a message, and a Recipe that was read
// survives the way through its JSON.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/service/recipe/recipe.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto recipe = glass::service::read_recipe(text, "recipe.toml", {});
  if (!recipe) return 0;
  const glass::Json json = glass::service::to_json(*recipe);
  GLASS_CHECK(glass::service::recipe_from_json(json).has_value());
  return 0;
}

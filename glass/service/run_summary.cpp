#include "glass/service/run_summary.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/kernels/fma_burst.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_log.h"
#include "glass/system/machine.h"

namespace glass::service {

Result<ChosenRecipe> read_chosen(const RecipeChoice& choice, system::Files& files) {
  auto text = files.read_text(choice.file);
  if (!text) return tl::unexpected(std::move(text).error());
  GLASS_TRY(Recipe recipe, read_recipe(*text, choice.file.string(), choice.overrides));
  system::Path out = choice.out.value_or(system::Path("out") / recipe.name);
  return ChosenRecipe{
      .recipe = std::move(recipe), .folder = choice.file.parent_path(), .out = std::move(out)};
}

std::vector<record::PlaceFact> places(const RunPaths& paths) {
  return {{paths.model().string(), "model"},
          {paths.record().string(), "record"},
          {paths.chain().string(), "chain"}};
}

Summary summarize(const RunSubject& subject, const RunPaths& paths, system::Files& files) {
  const SpeedMeter speed = speed_of(files, paths.metrics()).value_or(SpeedMeter{});
  Summary summary;
  summary.digest = crypto::to_text(run_digest(subject));
  summary.steps = subject.steps;
  summary.tokens = subject.tokens;
  summary.tokens_per_second = speed.tokens_per_second();
  if (speed.mfu() > 0) summary.mfu = speed.mfu();
  if (!subject.held_out_loss_bits.empty()) summary.bits_per_byte = subject.held_out_bits_per_byte;
  summary.out = paths.root;
  summary.places = places(paths);
  return summary;
}

std::vector<std::string> next_commands(const RunPaths& paths, std::vector<std::string_view> verbs) {
  std::vector<std::string> commands;
  for (const std::string_view verb : verbs)
    commands.push_back(fmt::format("{} {}{}", verb, paths.root.string(),
                                   verb == "generate" ? " --prompt \"The network\""
                                   : verb == "replay" ? " --random 3"
                                                      : ""));
  return commands;
}

void finish(Summary& summary, std::vector<std::string_view> next_verbs) {
  if (failed(summary)) std::erase_if(next_verbs, [](auto verb) { return verb != "verify"; });
  summary.peak_memory_bytes = static_cast<int64_t>(system::peak_memory_bytes());
  summary.next_commands = next_commands({.root = summary.out}, std::move(next_verbs));
}

double peak_flops(const Services& services) {
  constexpr int kBursts = 8;
  constexpr int64_t kOperationsOfOneWorker = 1'000'000'000;
  double highest = 0;
  for (int i = 0; i < kBursts; ++i) {
    std::atomic<int64_t> operations = 0;
    const int64_t begin_ns = services.clock.monotonic_ns();
    services.parallel.run([&](int) { operations += engine::fma_burst(kOperationsOfOneWorker); });
    const int64_t ns = services.clock.monotonic_ns() - begin_ns;
    highest = std::max(highest, static_cast<double>(operations) / static_cast<double>(ns) * 1e9);
  }
  return highest;
}

Result<record::EvidenceNode> finding(std::string_view what, std::string detail,
                                     const Status& found) {
  using enum record::EvidenceState;
  if (found) return record::EvidenceNode{kVerified, std::string(what), std::move(detail), {}};
  if (found.error().code == ErrorCode::kInterrupted) return tl::unexpected(found.error());
  return record::EvidenceNode{kBroken, std::string(what), found.error().message, {}};
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n')
      line += "⏎";
    else
      line += c;
  }
  return line;
}

}  // namespace glass::service

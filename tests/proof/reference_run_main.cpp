// Prints the lines of the reference run: to compare machines, compilers and emulators with
// tests/golden/reference_run.txt, of which any beginning is a right answer.
//
//   glass_reference_run [--steps 12] [--kernels NAME] [--threads 1] [--workers 1] [--check GOLDEN]
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"
#include "glass/system/thread_pool.h"
#include "tests/proof/reference_run.h"

namespace glass::proof {
namespace {

struct Options {
  int64_t steps = kSteps;
  int64_t workers = 1;
  int threads = 1;
  std::string kernels;
  std::string check;
  bool bf16 = false;
};

Status run(const Options& options) {
  const engine::Kernels* const kernels = engine::find_kernels(options.kernels);
  if (kernels == nullptr)
    return fail(ErrorCode::kInvalidInput, fmt::format("no kernels '{}' here", options.kernels));
  engine::TrainingSettings settings = options.bf16 ? bf16_settings() : reference_settings();
  settings.workers = options.workers;
  system::ThreadPool pool(options.threads);
  const system::TemporaryFolder folder;
  GLASS_TRY(const auto lines, reference_run(settings, options.steps, *kernels, pool,
                                            system::posix_files(), folder / "checkpoints"));
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  fmt::print("{}", text);
  if (options.check.empty()) return {};
  GLASS_TRY(const std::string golden, system::posix_files().read_text(options.check));
  if (!golden.starts_with(text))
    return fail(ErrorCode::kMismatch, "these bits are not those of " + options.check);
  return {};
}

}  // namespace
}  // namespace glass::proof

int main(int argc, char** argv) {
  glass::proof::Options options;
  CLI::App app("The reference run, whose every bit is pinned");
  app.add_option("--steps", options.steps)->check(CLI::Range(int64_t{1}, glass::proof::kSteps));
  app.add_option("--kernels", options.kernels, "a name; the fastest by default");
  app.add_option("--threads", options.threads)->check(CLI::Range(1, 1024));
  app.add_option("--workers", options.workers)->check(CLI::Range(1, 1024));
  app.add_flag("--bf16", options.bf16, "in numerics class portable-1-bf16");
  app.add_option("--check", options.check, "file of pinned lines");
  CLI11_PARSE(app, argc, argv);
  const glass::Status status = glass::proof::run(options);
  if (!status) fmt::print(stderr, "{}\n", status.error().message);
  return status ? 0 : glass::exit_code(status.error().code);
}

// verify, replay: the verbs that check a run.
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/cli/door.h"
#include "glass/cli/flags.h"
#include "glass/cli/verbs.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/service/use_cases.h"

namespace glass::cli {
namespace {

struct CheckVerb {
  CommonFlags common;
  std::string run;
  std::string segment;
  std::optional<int64_t> random;
  std::optional<uint64_t> seed;

  // --out names the run as well, for scripts that pass the same flags to every verb.
  [[nodiscard]] system::Path folder() const { return run.empty() ? common.out : run; }
};

// "100..120"
Result<std::pair<int64_t, int64_t>> parse_segment(const std::string& text) {
  std::pair<int64_t, int64_t> segment;
  const size_t dots = text.find("..");
  const auto number = [&](std::string_view part, int64_t& into) {
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), into);
    return error == std::errc{} && end == part.data() + part.size();
  };
  const std::string_view whole = text;
  if (dots == std::string::npos || !number(whole.substr(0, dots), segment.first) ||
      !number(whole.substr(dots + 2), segment.second) || segment.first < 0 ||
      segment.first >= segment.second)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("--segment is '{}'; it must be FIRST..END, such as 100..120", text));
  return segment;
}

Result<service::Summary> verify(const CheckVerb& flags, const service::Services& services) {
  return service::verify_run(flags.folder(), services);
}

Result<service::Summary> replay(const CheckVerb& flags, const service::Services& services) {
  service::ReplayChoice choice{.segment = std::nullopt, .random = flags.random, .seed = flags.seed};
  if (!flags.segment.empty()) {
    GLASS_TRY(choice.segment, parse_segment(flags.segment));
  }
  return service::replay_run(flags.folder(), choice, services);
}

using CheckUseCase = Result<service::Summary> (*)(const CheckVerb&, const service::Services&);

CLI::App* add_check_verb(CLI::App& app, Action& action, const char* name, const char* help,
                         const std::shared_ptr<CheckVerb>& flags, CheckUseCase use_case,
                         std::string_view headline) {
  CLI::App* verb = app.add_subcommand(name, help);
  verb->add_option("RUN", flags->run, "Folder of a run, such as out/first-light");
  add_common(*verb, flags->common);
  verb->callback([flags, use_case, headline, &action] {
    action = [flags, use_case, headline] {
      return with_services(flags->common, [&](const service::Services& services) -> Status {
        if (flags->folder().empty())
          return fail(ErrorCode::kInvalidInput,
                      "name the folder of a run, such as out/first-light");
        GLASS_TRY(const service::Summary summary, use_case(*flags, services));
        return tell(flags->common, summary, headline);
      });
    };
  });
  return verb;
}

}  // namespace

void add_verify(CLI::App& app, Action& action) {
  add_check_verb(app, action, "verify",
                 "Recompute everything about a run that needs no training, and compare",
                 std::make_shared<CheckVerb>(), verify, "Verified.");
}

void add_replay(CLI::App& app, Action& action) {
  auto flags = std::make_shared<CheckVerb>();
  CLI::App* verb = add_check_verb(app, action, "replay",
                                  "Execute parts of a training again and compare every bit", flags,
                                  replay, "Replayed.");
  CLI::Option* segment = verb->add_option("--segment", flags->segment,
                                          "Steps to execute, FIRST..END, END not included");
  verb->add_option("--random", flags->random, "How many randomly chosen segments")
      ->check(CLI::Range(1, 1000))
      ->excludes(segment);
  verb->add_option("--seed", flags->seed, "Makes the random choice repeatable");
}

}  // namespace glass::cli

// All verbs in one file: the library that reads flags is the costliest include of the project, so
// it is paid for once.
#include "glass/cli/verbs.h"

#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/base/units_text.h"
#include "glass/cli/door.h"
#include "glass/cli/facility_verbs.h"
#include "glass/cli/log_verbs.h"
#include "glass/cli/named_log.h"
#include "glass/cli/petition_verbs.h"
#include "glass/cli/release_verbs.h"
#include "glass/cli/statement_verb.h"
#include "glass/crypto/ecdsa.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/data/examples/example_set.h"
#include "glass/service/governed_run.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/service/use_cases.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/isolation.h"

namespace glass::cli {
namespace {

// What the chosen verb does when all flags have been read; returns the exit code.
using Action = std::function<int()>;

constexpr int kWrongUsage = 2;

// The recipe's file and --set.
struct RecipeFlags {
  std::string file;
  std::vector<std::string> overrides;
};

void add_recipe_flags(CLI::App& verb, RecipeFlags& flags) {
  verb.add_option("RECIPE", flags.file, "The recipe.toml")->required();
  verb.add_option("--set", flags.overrides, "Override a key: --set train.steps=500")
      ->allow_extra_args(false);
}

struct RecipeVerb {
  CommonFlags common;
  RecipeFlags recipe;

  [[nodiscard]] service::RecipeChoice choice() const {
    return {.file = recipe.file, .overrides = recipe.overrides, .out = out_folder(common)};
  }
};

using UseCase = Result<service::Summary> (*)(const service::RecipeChoice&,
                                             const service::Services&);

// A training that a facility may govern.
struct GovernedVerb : RecipeVerb {
  std::string facility, governed_run, operator_key;
  std::vector<std::string> readers;
};

void add_governed_flags(CLI::App& verb, GovernedVerb& flags) {
  verb.add_option("--facility", flags.facility,
                  "Folder of the facility that governs the training; $GLASS_FACILITY by default");
  verb.add_option("--run", flags.governed_run, "The cleared run that this is, by its id there");
  verb.add_option("--operator-key", flags.operator_key,
                  "Key of an operator's seat; your own by default");
  verb.add_option(
          "--reader", flags.readers,
          "Seat whose holder may read the weights of a new training at SL-3; may be repeated")
      ->allow_extra_args(false);
}

// Where a machine belongs to a facility, nothing is trained without its clearance.
Result<std::string> facility_of(const GovernedVerb& flags) {
  const std::string facility = named_facility(flags.facility);
  if (facility.empty() == flags.governed_run.empty()) return facility;
  if (facility.empty())
    return invalid_input("--run needs the facility that cleared it: --facility DIR");
  return fail(
      ErrorCode::kRefused,
      fmt::format("trainings on this machine need a clearance of the facility in {}: register the "
                  "run there and name it by --run",
                  facility));
}

// Before any thread is made: a process of several cannot leave the network.
Status leave_network_for(const GovernedVerb& flags) {
  GLASS_TRY(const std::string facility, facility_of(flags));
  if (facility.empty()) return {};
  GLASS_TRY(const bool contained,
            service::is_contained(files(), {.facility = facility, .run = flags.governed_run}));
  return contained ? system::leave_network() : Status();
}

Result<service::GovernedRunChoice> governed_choice(const GovernedVerb& flags,
                                                   const std::string& facility) {
  service::GovernedRunChoice choice{.facility = facility, .run = flags.governed_run};
  GLASS_TRY(choice.out, service::out_folder_of(flags.choice(), files()));
  choice.sealing.readers = flags.readers;
  if (flags.common.reader_key.empty()) return choice;
  GLASS_TRY(choice.sealing.reader, crypto::SecretKey::load(files(), flags.common.reader_key));
  return choice;
}

Result<service::Summary> govern(const GovernedVerb& flags, UseCase use_case,
                                const service::Services& services) {
  GLASS_TRY(const std::string facility, facility_of(flags));
  if (facility.empty()) return use_case(flags.choice(), services);
  GLASS_TRY(const crypto::SecretKey key,
            flags.operator_key.empty()
                ? Result<crypto::SecretKey>(services.key)
                : crypto::SecretKey::load(services.files, flags.operator_key));
  GLASS_TRY(const service::GovernedRunChoice choice, governed_choice(flags, facility));
  const service::Services plain = service::with_files(services, files());
  GLASS_TRY(const service::Governance governance, service::govern(choice, key, plain));
  service::Services governed =
      service::with_files(plain, governance.sealed ? *governance.sealed : files());
  governed.interlock = governance.interlock.get();
  return use_case(flags.choice(), governed);
}

Json to_json(const service::PlanEstimate& estimate) {
  Json::Object object{{"machine", estimate.machine},
                      {"count", estimate.count},
                      {"peak_flops_per_second", estimate.peak_flops},
                      {"share", estimate.share},
                      {"seconds", estimate.seconds}};
  if (estimate.kilowatt_hours) object["kilowatt_hours"] = *estimate.kilowatt_hours;
  return object;
}

Json to_json(const service::PlannedRecipe& planned) {
  const service::PlanReport& plan = planned.report;
  Json::Array estimates;
  for (const service::PlanEstimate& estimate : planned.estimates)
    estimates.push_back(to_json(estimate));
  return Json::Object{{"numerics", plan.numerics_class},
                      {"parameters", plan.parameters},
                      {"active_parameters", plan.active_parameters},
                      {"flops_per_token", plan.flops_per_token},
                      {"tokens", plan.tokens},
                      {"memory", engine::to_json(plan.memory)},
                      {"available_bytes", plan.available_bytes},
                      {"estimates", estimates}};
}

void print_estimate(const service::PlanEstimate& estimate) {
  const std::string machine = estimate.count == 1
                                  ? estimate.machine
                                  : fmt::format("{} x {}", estimate.count, estimate.machine);
  const std::string energy =
      estimate.kilowatt_hours ? fmt::format(", {:.3g} kWh at rated power", *estimate.kilowatt_hours)
                              : "";
  fmt::print("  {:<14}{:>12}  at {:.0f} % of {:.4g} TFLOP/s{}\n", machine,
             duration_text(static_cast<int64_t>(estimate.seconds * 1000)), 100 * estimate.share,
             estimate.peak_flops / 1e12, energy);
}

void print_plan(const service::PlannedRecipe& planned) {
  const service::PlanReport& plan = planned.report;
  const auto line = [](std::string_view what, int64_t bytes) {
    fmt::print("  {:<14}{:>12}\n", what, bytes_text(static_cast<uint64_t>(bytes)));
  };
  const std::string active =
      plan.active_parameters == plan.parameters
          ? ""
          : fmt::format(" ({} of them for each token)", count_text(plan.active_parameters));
  fmt::print("{} parameters{}, {:.1f} MFLOP per token, {} tokens, numerics {}\n",
             count_text(plan.parameters), active, plan.flops_per_token / 1e6,
             count_text(plan.tokens), plan.numerics_class);
  line("parameters", plan.memory.parameters);
  line("gradients", plan.memory.gradients);
  line("optimizer", plan.memory.optimizer);
  line("inputs", plan.memory.inputs);
  line("arena", plan.memory.arena);
  line("program", plan.memory.program);
  line("together", plan.memory.total());
  line("available", plan.available_bytes);
  fmt::print("estimated time\n");
  for (const service::PlanEstimate& estimate : planned.estimates) print_estimate(estimate);
}

struct CheckVerb {
  CommonFlags common;
  std::string run;
  std::string segment;
  std::optional<int64_t> random;
  std::optional<uint64_t> seed;
  NamedLog challenge;

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

Result<service::Summary> replay(const CheckVerb& flags, const service::Services& services) {
  GLASS_TRY(const auto challenge, open_named(flags.challenge));
  service::ReplayChoice choice{.segment = std::nullopt,
                               .random = flags.random,
                               .seed = flags.seed,
                               .challenge = challenge.get()};
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

struct GenerateVerb {
  CommonFlags common;
  std::string model;
  service::GenerateChoice choice;
};

Status generate(const GenerateVerb& flags, const service::Services& services) {
  service::GenerateChoice choice = flags.choice;
  choice.model = flags.model;
  if (choice.prompts.empty()) choice.prompts.emplace_back();
  const auto texts = service::generate_text(choice, services);
  if (!texts) {
    if (texts.error().code == ErrorCode::kInterrupted) fmt::print("\n");  // ends the streamed line
    return tl::unexpected(texts.error());
  }
  if (flags.common.json) {
    Json::Array items;
    for (size_t i = 0; i < texts->size(); ++i)
      items.emplace_back(Json::Object{{"prompt", choice.prompts[i]}, {"text", (*texts)[i]}});
    const std::string_view numerics = service::numerics_class_of(choice);
    fmt::print("{}\n", to_canonical(Json::Object{{"numerics", numerics}, {"texts", items}}));
    return {};
  }
  for (size_t i = 1; i < texts->size(); ++i)
    fmt::print("\n---\n{}{}", choice.prompts[i], (*texts)[i]);
  fmt::print("\n");
  return {};
}

void add_run(CLI::App& app, Action& action) {
  auto flags = std::make_shared<GovernedVerb>();
  CLI::App* verb = app.add_subcommand(
      "run", "Do everything a recipe says: data, training, record, verification, replay, report");
  add_recipe_flags(*verb, flags->recipe);
  add_governed_flags(*verb, *flags);
  add_common(*verb, flags->common);
  verb->callback([flags, &action] {
    action = [flags] {
      if (const Status left = leave_network_for(*flags); !left) return ended(left);
      return with_services(flags->common, [&](const service::Services& services) -> Status {
        GLASS_TRY(const service::Summary summary, govern(*flags, service::run_recipe, services));
        return tell(flags->common, summary, "Done.");
      });
    };
  });
}

// What is learned stands between these marks, which no tokenizer of ours writes; on a terminal it
// is green besides.
void print_masked(const std::vector<data::MaskedText>& runs, bool colours) {
  for (const data::MaskedText& run : runs) {
    if (!run.learned)
      fmt::print("{}", run.text);
    else if (colours)
      fmt::print("\033[32m⟦{}⟧\033[0m", run.text);
    else
      fmt::print("⟦{}⟧", run.text);
  }
}

Status print_mask(const service::RecipeChoice& choice, int64_t count, bool json,
                  const service::Services& services) {
  GLASS_TRY(const service::MaskedExamples masked, service::show_mask(choice, count, services));
  if (json) {
    Json::Array examples;
    for (const auto& runs : masked.texts) {
      Json::Array items;
      for (const data::MaskedText& run : runs)
        items.emplace_back(Json::Object{{"text", run.text}, {"learned", run.learned}});
      examples.emplace_back(std::move(items));
    }
    fmt::print("{}\n", to_canonical(Json::Object{{"examples", std::move(examples)},
                                                 {"units", masked.units},
                                                 {"tokens", masked.tokens},
                                                 {"learned", masked.learned}}));
    return {};
  }
  const bool colours = isatty(fileno(stdout)) == 1;
  for (size_t i = 0; i < masked.texts.size(); ++i) {
    fmt::print("\n--- {}\n", i + 1);
    print_masked(masked.texts[i], colours);
  }
  fmt::print("\n\n⟦ ⟧ is learned: {} of {} in all {}.\n", count_text(masked.learned),
             count_text(masked.tokens, "token"), count_text(masked.units, "example"));
  return {};
}

struct TrainVerb : GovernedVerb {
  int64_t show_mask = 0;  // so many examples; 0: train
  bool terms = false;
};

// A line of fields for `glass facility act DIR run.registered`.
Status print_terms(const TrainVerb& flags, const service::Services& services) {
  GLASS_TRY(const service::TrainingTerms terms, service::training_terms(flags.choice(), services));
  std::vector<std::string> data;
  for (const crypto::Digest& digest : terms.data) data.push_back(to_hex(digest.bytes));
  fmt::print("recipe={} data={} teraflops={} numerics={} steps={}", to_hex(terms.recipe.bytes),
             fmt::join(data, ","), terms.teraflops, terms.numerics, terms.steps);
  if (terms.base) fmt::print(" base={}", to_hex(terms.base->bytes));
  fmt::print("\n");
  return {};
}

void add_train(CLI::App& app, Action& action) {
  auto flags = std::make_shared<TrainVerb>();
  CLI::App* verb =
      app.add_subcommand("train", "Data, training, model and signed record, without the checks");
  add_recipe_flags(*verb, flags->recipe);
  verb->add_option("--show-mask", flags->show_mask,
                   "Show so many conversations and what of them is learned, and do not train")
      ->check(CLI::Range(1, 1'000'000));
  verb->add_flag("--terms", flags->terms,
                 "Print what a facility's clearance has to name, and do not train");
  add_governed_flags(*verb, *flags);
  add_common(*verb, flags->common);
  verb->callback([flags, &action] {
    action = [flags] {
      const bool trains = !flags->terms && flags->show_mask == 0;
      if (const Status left = trains ? leave_network_for(*flags) : Status(); !left)
        return ended(left);
      flags->common.json |= flags->terms;  // whose line alone goes to standard output
      return with_services(flags->common, [&](const service::Services& services) -> Status {
        if (flags->show_mask > 0)
          return print_mask(flags->choice(), flags->show_mask, flags->common.json, services);
        if (flags->terms) return print_terms(*flags, services);
        GLASS_TRY(const service::Summary summary, govern(*flags, service::train_model, services));
        return tell(flags->common, summary, "Trained.");
      });
    };
  });
}

struct PlanVerb : RecipeVerb {
  std::string accelerator;
  int64_t count = 1;
};

void add_plan(CLI::App& app, Action& action) {
  auto flags = std::make_shared<PlanVerb>();
  CLI::App* verb =
      app.add_subcommand("plan", "Say what training by a recipe needs, before it runs");
  add_recipe_flags(*verb, flags->recipe);
  verb->add_option("--on", flags->accelerator, "Also estimate for this accelerator: H100-80G, ...");
  verb->add_option("--count", flags->count, "So many of them")->check(CLI::Range(1, 1'000'000));
  add_common(*verb, flags->common);
  verb->callback([flags, &action] {
    action = [flags] {
      return with_services(flags->common, [&](const service::Services& services) -> Status {
        const service::PlanChoice choice{
            .recipe = flags->choice(), .accelerator = flags->accelerator, .count = flags->count};
        GLASS_TRY(const service::PlannedRecipe planned, service::plan_recipe(choice, services));
        if (flags->common.json)
          fmt::print("{}\n", to_canonical(to_json(planned)));
        else
          print_plan(planned);
        return {};
      });
    };
  });
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
  CLI::Option* seed = verb->add_option("--seed", flags->seed, "Makes the random choice repeatable");
  add_expected(*verb, flags->challenge);
  verb->add_option("--challenge", flags->challenge.place,
                   "Folder or URL of a log that names the run: its checkpoint draws the segments, "
                   "and the replay becomes an entry")
      ->excludes(segment)
      ->excludes(seed);
}

void add_generate(CLI::App& app, Action& action) {
  auto flags = std::make_shared<GenerateVerb>();
  CLI::App* verb = app.add_subcommand("generate", "Let a model write");
  verb->add_option("MODEL", flags->model, "Folder of a run or of a model, or a GGUF file")
      ->required();
  verb->add_option("--prompt,-p", flags->choice.prompts, "How the text begins; may be repeated");
  verb->add_option("--as", flags->choice.role,
                   "Prompts are turns of this role, which the model answers: user, ...");
  verb->add_option("--max-tokens", flags->choice.max_tokens, "Length at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--temperature", flags->choice.temperature, "0 always takes the likeliest token")
      ->check(CLI::Range(0.0, 100.0))
      ->capture_default_str();
  verb->add_option("--top-p", flags->choice.top_p,
                   "Only the likeliest tokens that together have this probability")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  verb->add_option("--seed", flags->choice.seed, "The same seed gives the same text")
      ->capture_default_str();
  verb->add_option("--weights", flags->choice.weights,
                   "How the weights are stored: f16, bf16 and q8_0 round them, and are faster")
      ->check(CLI::IsMember(std::vector<std::string>{"f32", "f16", "bf16", "q8_0"}))
      ->capture_default_str();
  add_common(*verb, flags->common);
  verb->callback([flags, &action] {
    action = [flags] {
      return with_services(flags->common, [&](const service::Services& services) {
        return generate(*flags, services);
      });
    };
  });
}

Status show_key(bool as_trust) {
  GLASS_TRY(const crypto::SecretKey key, own_key());
  const std::string text = crypto::to_text(key.public_key());
  if (!as_trust) {
    fmt::print("{}\n", text);
    return {};
  }
  GLASS_TRY(const crypto::P256SecretKey files_key, own_release_key());
  const std::string today = date_text(system::posix_clock().unix_ms() / 1000);
  fmt::print("signer {0} from {2}\nkey {1} from {2}\n", text, files_key.public_key().to_base64(),
             today);
  return {};
}

void add_key(CLI::App& app, Action& action) {
  auto as_trust = std::make_shared<bool>(false);
  CLI::App* verb = app.add_subcommand("key", "Show the public key that signs your records");
  verb->add_flag("--trust", *as_trust,
                 "As lines of a trust file, with the key that signs the files of releases");
  verb->callback(
      [as_trust, &action] { action = [as_trust] { return ended(show_key(*as_trust)); }; });
}

void add_recipe(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand("recipe", "What a recipe may say");
  verb->require_subcommand(1);
  CLI::App* reference =
      verb->add_subcommand("reference", "Every section, key, default, range and meaning");
  reference->callback([&action] {
    action = [] {
      fmt::print("{}", service::recipe_reference());
      return 0;
    };
  });
}

}  // namespace

void add_basic(CLI::App& verb, CommonFlags& flags) {
  flags.program = verb.get_parent()->get_name();
  verb.add_option("--threads", flags.threads,
                  "Threads to compute with; results do not depend on it")
      ->check(CLI::Range(1, 1024));
  verb.add_flag("--json", flags.json, "End with one JSON object on standard output");
  verb.add_option("--reader-key", flags.reader_key,
                  "Key of a named reader, for weights that are sealed");
}

void add_common(CLI::App& verb, CommonFlags& flags) {
  add_basic(verb, flags);
  verb.add_option("--out", flags.out, "Folder of the run");
}

int run(int argc, char** argv) {
  const std::string_view typed = argv[0];
  CLI::App app("Trains open foundation models and leaves a record that anyone can check.",
               typed.find('/') == std::string_view::npos ? "glass" : argv[0]);
  app.set_version_flag("--version", "glass " GLASS_VERSION);
  app.require_subcommand(1);
  Action action;
  for (const auto& add :
       {add_run, add_plan, add_train, add_verify, add_replay, add_generate, add_release, add_state,
        add_recipe, add_log, add_facility, add_governance, add_petition, add_key})
    add(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }
  return action();
}

}  // namespace glass::cli

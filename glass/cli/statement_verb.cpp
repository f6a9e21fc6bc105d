#include "glass/cli/statement_verb.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/cli/door.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/kinds.h"
#include "glass/record/evidence/statement.h"
#include "glass/system/files.h"

namespace glass::cli {
namespace {

using Action = std::function<int()>;

struct StateVerb {
  std::string kind, predicate, out;
  std::vector<std::string> about;
};

// A statement is named by its payload, whoever signed it; any other file by its bytes.
Result<record::Subject> subject_of(const std::string& file) {
  GLASS_TRY(const Bytes bytes, system::posix_files().read(file));
  const auto statement = record::parse_statement(as_text(bytes));
  return record::Subject{file,
                         statement ? record::payload_digest(*statement) : crypto::sha256(bytes)};
}

Result<const record::Kind*> known_kind(const std::string& name) {
  std::vector<std::string_view> names;
  for (const record::Kind& kind : record::kinds()) {
    if (kind.name == name) return &kind;
    names.push_back(kind.name);
  }
  return invalid_input(
      fmt::format("there is no kind '{}'; there are {}", name, fmt::join(names, ", ")));
}

Result<Json> predicate_of(const std::string& file) {
  GLASS_TRY(const std::string text, system::posix_files().read_text(file));
  auto json = parse_json(text);
  if (!json) return in_context(file, std::move(json).error());
  if (json->if_object() == nullptr)
    return invalid_input(fmt::format("{} should hold an object, not {}", file, json->describe()));
  return json;
}

Status state(const StateVerb& flags) {
  GLASS_TRY(const record::Kind* kind, known_kind(flags.kind));
  GLASS_TRY(Json predicate, predicate_of(flags.predicate));
  std::vector<record::Subject> subjects;
  for (const std::string& file : flags.about) {
    GLASS_TRY(record::Subject subject, subject_of(file));
    if (std::ranges::find(subjects, subject.name, &record::Subject::name) != subjects.end())
      return invalid_input(fmt::format("{} is named twice", file));
    subjects.push_back(std::move(subject));
  }
  record::Statement statement = record::state(record::predicate_type(kind->name, kind->version),
                                              std::move(subjects), std::move(predicate));
  if (Status members = record::check_members(statement); !members)
    return in_context(flags.predicate, std::move(members).error());
  GLASS_TRY(const crypto::SecretKey key, own_key());
  record::sign(statement, key);
  system::Files& files = system::posix_files();
  if (files.exists(flags.out))
    return fail(ErrorCode::kRefused,
                fmt::format("{} is there already; what is signed is not replaced", flags.out));
  GLASS_TRY_STATUS(files.write_atomic(flags.out, as_bytes(record::to_text(statement))));
  fmt::print("{}  {}\n", crypto::to_text(record::payload_digest(statement)), flags.out);
  return {};
}

}  // namespace

void add_state(CLI::App& app, Action& action) {
  auto flags = std::make_shared<StateVerb>();
  CLI::App* verb = app.add_subcommand("state", "Sign a statement: a decision, an objection, ...");
  verb->add_option("KIND", flags->kind, "See docs/reference/formats/statement-kinds.md")
      ->required();
  verb->add_option("PREDICATE", flags->predicate, "JSON file with what is said")->required();
  verb->add_option("--about", flags->about,
                   "File that it is about; may be repeated. A statement is named by its payload")
      ->allow_extra_args(false)
      ->required();
  verb->add_option("--out", flags->out, "File to write, which is not there yet")->required();
  verb->callback([flags, &action] { action = [flags] { return ended(state(*flags)); }; });
}

}  // namespace glass::cli

#include "glass/service/run_record.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/plain_path.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/evidence/step_chain.h"
#include "glass/service/recorded_file.h"
#include "glass/service/run_folder.h"

namespace glass::service {
namespace {

constexpr int64_t kVersion = 1;

Result<crypto::Digest> digest_member(const Json& json, std::string_view key) {
  GLASS_TRY(const std::string text, json.get_string(key));
  return crypto::digest_from_text(text);
}

Json digests_to_json(const std::map<std::string, crypto::Digest>& digests) {
  Json::Object json;
  for (const auto& [file, digest] : digests) json.emplace(file, crypto::to_text(digest));
  return json;
}

// By names of files below a folder of the run, which are joined to its path.
Result<std::map<std::string, crypto::Digest>> digests_member(const Json& json,
                                                             std::string_view key) {
  GLASS_TRY(const Json::Object* object, json.get_object(key));
  std::map<std::string, crypto::Digest> digests;
  for (const auto& [file, value] : *object) {
    if (!is_printable_path(file))
      return invalid_input(fmt::format("{} names {}, which is no file of its folder", key,
                                       to_canonical(Json(file))));
    GLASS_TRY(digests[file], digest_member(*object, file));
  }
  return digests;
}

// What a record is about: the run, and the files that came of it.
std::vector<record::Subject> things_of(const RunSubject& subject) {
  std::vector<record::Subject> things = {{std::string(kRunName), run_digest(subject)}};
  for (const auto& [file, digest] : subject.model) things.push_back({"model/" + file, digest});
  for (const auto& [file, digest] : subject.adapter) things.push_back({"adapter/" + file, digest});
  std::ranges::sort(things, {}, &record::Subject::name);
  return things;
}

// None in a record of a program that did not take them.
Result<std::map<std::string, crypto::Digest>> logs_of(const record::Statement& statement) {
  const Json* execution = statement.predicate.find("execution");
  if (execution == nullptr || execution->find("log") == nullptr)
    return std::map<std::string, crypto::Digest>();
  GLASS_TRY(auto logs, digests_member(*execution, "log"));
  for (const auto& [file, digest] : logs) {
    if (file != "metrics.jsonl" && file != "samples.jsonl")
      return invalid_input(fmt::format(
          "log names {}; the log of a training is metrics.jsonl and samples.jsonl", file));
  }
  return logs;
}

tl::unexpected<Error> no_record(system::Files& files, const RunPaths& paths) {
  const std::string root = paths.root.string();
  if (!files.exists(paths.stages()))
    return invalid_input(fmt::format("{} is not the folder of a run: it has no record.json", root));
  return invalid_input(fmt::format(
      "{} has no record, for its training has not ended; run its recipe again to go on", root));
}

}  // namespace

Json to_json(const RunOrigin& origin) {
  Json::Object json{{"numerics", engine::name(origin.numerics)},
                    {"recipe", crypto::to_text(origin.recipe)},
                    {"corpus", crypto::to_text(origin.corpus)},
                    {"tokenizer", crypto::to_text(origin.tokenizer)},
                    {"graph", crypto::to_text(origin.graph)}};
  if (origin.shards) json.emplace("shards", crypto::to_text(*origin.shards));
  if (origin.examples) json.emplace("examples", crypto::to_text(*origin.examples));
  if (origin.start) json.emplace("start", crypto::to_text(*origin.start));
  return json;
}

Json to_json(const RunSubject& subject) {
  Json json = to_json(subject.origin);
  Json::Object& object = *json.if_object();
  object.emplace("steps", subject.steps);
  object.emplace("tokens", subject.tokens);
  object.emplace("chain", crypto::to_text(subject.chain));
  object.emplace("parameters", crypto::to_text(subject.parameters));
  object.emplace("model", digests_to_json(subject.model));
  if (!subject.adapter.empty()) object.emplace("adapter", digests_to_json(subject.adapter));
  if (!subject.held_out_loss_bits.empty())
    object.emplace("held_out", Json::Object{{"loss_bits", subject.held_out_loss_bits},
                                            {"bits_per_byte", subject.held_out_bits_per_byte}});
  return json;
}

Result<RunSubject> run_subject_from_json(const Json& json) {
  RunSubject subject;
  GLASS_TRY(const std::string numerics, json.get_string("numerics"));
  RunOrigin& origin = subject.origin;
  GLASS_TRY(origin.numerics, engine::numerics_from_name(numerics));
  GLASS_TRY(origin.recipe, digest_member(json, "recipe"));
  GLASS_TRY(origin.corpus, digest_member(json, "corpus"));
  GLASS_TRY(origin.tokenizer, digest_member(json, "tokenizer"));
  GLASS_TRY(origin.graph, digest_member(json, "graph"));
  GLASS_TRY(subject.steps, json.get_int("steps"));
  GLASS_TRY(subject.tokens, json.get_int("tokens"));
  GLASS_TRY(subject.chain, digest_member(json, "chain"));
  GLASS_TRY(subject.parameters, digest_member(json, "parameters"));
  for (const auto& [key, into] :
       {std::pair{"shards", &origin.shards}, std::pair{"examples", &origin.examples},
        std::pair{"start", &origin.start}}) {
    if (json.find(key) == nullptr) continue;
    GLASS_TRY(*into, digest_member(json, key));
  }
  if (origin.shards.has_value() == origin.examples.has_value())
    return fail(ErrorCode::kInvalidInput, "the run names neither shards nor examples, or both");
  GLASS_TRY(subject.model, digests_member(json, "model"));
  if (json.find("adapter") != nullptr) {
    GLASS_TRY(subject.adapter, digests_member(json, "adapter"));
  }
  if (const Json* held_out = json.find("held_out")) {
    GLASS_TRY(subject.held_out_loss_bits, held_out->get_string("loss_bits"));
    GLASS_TRY(subject.held_out_bits_per_byte, held_out->get_number("bits_per_byte"));
  }
  if (to_canonical(to_json(subject)) != to_canonical(json))
    return fail(ErrorCode::kInvalidInput, "the run has members that this program does not know");
  return subject;
}

crypto::Digest genesis(const RunOrigin& origin) {
  return crypto::sha256(to_canonical(to_json(origin)));
}

crypto::Digest run_digest(const RunSubject& subject) {
  return crypto::sha256(to_canonical(to_json(subject)));
}

record::Statement run_statement(const RunSubject& subject, Json execution) {
  return record::state(
      record::predicate_type(kRunRecordKind, kVersion), things_of(subject),
      Json::Object{{"run", to_json(subject)}, {"execution", std::move(execution)}});
}

Result<record::Statement> read_signed(system::Files& files, const system::Path& file) {
  GLASS_TRY(const std::string text, files.read_text(file));
  auto statement = record::parse_statement(text);
  if (!statement) return changed(file, statement.error().message);
  if (const Status known = record::verify(*statement); !known)
    return changed(file, known.error().message);
  return statement;
}

Result<RunRecord> read_run_record(system::Files& files, const RunPaths& paths) {
  if (!files.exists(paths.record())) return no_record(files, paths);
  const auto told = [&](Error error) {
    return in_context(paths.record().string(), std::move(error));
  };
  GLASS_TRY(record::Statement statement, read_signed(files, paths.record()));
  if (auto status = record::expect_kind(statement, kRunRecordKind, kVersion); !status)
    return told(std::move(status).error());
  const auto run = statement.predicate.get_object("run");
  if (!run) return told(run.error());
  auto subject = run_subject_from_json(**run);
  if (!subject) return told(std::move(subject).error());
  if (statement.subjects != things_of(*subject))
    return told({ErrorCode::kMismatch, "it is about other things than its run names"});
  if (const auto logs = logs_of(statement); !logs) return told(logs.error());
  return RunRecord{.statement = std::move(statement), .subject = std::move(*subject)};
}

Status expect_about(const record::Statement& statement, const crypto::Digest& run) {
  const auto about = std::ranges::find(statement.subjects, kRunName, &record::Subject::name);
  if (about != statement.subjects.end() && about->digest == run) return {};
  return fail(ErrorCode::kMismatch, "it is about another run");
}

Status expect_chain_in_place(const RunRecord& record, const RunPaths& paths, system::Files& files) {
  const RunSubject& subject = record.subject;
  GLASS_TRY(const auto chain, files.map(paths.chain()));
  const auto end = record::check_step_chain(as_text(chain->bytes()), genesis(subject.origin),
                                            record::TornLine::kRefuse);
  if (!end) return changed(paths.chain(), end.error().message);
  if (end->digest != subject.chain)
    return changed(paths.chain(),
                   fmt::format("it ends with the digest {}, recorded is {}",
                               crypto::to_text(end->digest), crypto::to_text(subject.chain)));
  return {};
}

Status expect_in_place(const RunRecord& record, const RunPaths& paths, system::Files& files) {
  const RunSubject& subject = record.subject;
  GLASS_TRY_STATUS(expect_chain_in_place(record, paths, files));
  for (const auto& [file, digest] : subject.model)
    GLASS_TRY_STATUS(recorded_file(files, paths.model() / file, digest));
  for (const auto& [file, digest] : subject.adapter)
    GLASS_TRY_STATUS(recorded_file(files, paths.adapter() / file, digest));
  return {};
}

std::map<std::string, crypto::Digest> log_digests(const RunRecord& record) {
  return logs_of(record.statement).value_or(std::map<std::string, crypto::Digest>());
}

std::string float_bits(float value) {
  return fmt::format("{:08x}", std::bit_cast<uint32_t>(value));
}

}  // namespace glass::service

#include "glass/record/release/internal/run_evidence.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/record/evidence/kinds.h"
#include "glass/record/evidence/step_chain.h"
#include "glass/record/release/internal/evaluation_evidence.h"
#include "glass/record/release/internal/known_things.h"
#include "glass/record/release/internal/replay_evidence.h"
#include "glass/record/release/release_layout.h"

namespace glass::record {
namespace {

using enum EvidenceState;

std::string in_evidence(std::string_view file) {
  return fmt::format("{}/{}", kEvidenceFolder, file);
}

EvidenceNode broken(std::string what, std::string why) {
  return {.state = kBroken, .what = std::move(what), .detail = std::move(why), .parts = {}};
}

// A file that the record names by digest.
EvidenceNode file_node(const Verified& release, std::string what, const std::string& file,
                       const crypto::Digest& digest) {
  release.compared.insert(file);
  const auto found = release.digests.files.find(file);
  if (found == release.digests.files.end())
    return {kMissing, std::move(what), fmt::format("{} is not in the folder", file), {}};
  if (found->second != digest)
    return broken(std::move(what),
                  fmt::format("{} has the digest {}, recorded is {}", file,
                              crypto::to_text(found->second), crypto::to_text(digest)));
  return {kVerified, std::move(what), fmt::format("{} has the recorded digest", file), {}};
}

// What the record's references are, and where such a file lies in the folder; without a file, what
// it would take to compare it.
struct Part {
  std::string_view path, what, file, otherwise;
};

constexpr Part kParts[] = {
    {"run.recipe", "recipe", "recipe.json", ""},
    {"run.corpus", "data manifest", "corpus/manifest.json", ""},
    {"run.tokenizer", "tokenizer", "tokenizer/tokenizer.json", ""},
    {"run.shards", "token shards", "shards/manifest.json", ""},
    {"run.examples", "conversations", "",
     "by digest; with the run's folder `glass verify` encodes them again"},
    {"run.start", "starting point", "start/manifest.json", ""},
    {"run.graph", "training graph", "",
     "by digest; with the run's folder `glass verify` builds it again"},
    {"run.chain", "chain of steps", "", ""},
    {"run.parameters", "final parameters", "",
     "by digest; with the run's folder `glass replay` makes them again"},
};

// The members of `run`; a record with others is of another version.
constexpr std::string_view kRunMembers[] = {
    "adapter",    "chain",  "corpus", "examples", "graph", "held_out",  "model", "numerics",
    "parameters", "recipe", "shards", "start",    "steps", "tokenizer", "tokens"};

// What a chain begins with: the digest of what the training starts from.
crypto::Digest genesis_of(const Json& run) {
  Json::Object origin;
  for (const char* member :
       {"numerics", "recipe", "corpus", "tokenizer", "shards", "examples", "graph", "start"}) {
    if (const Json* value = run.find(member)) origin.emplace(member, *value);
  }
  return crypto::sha256(to_canonical(origin));
}

EvidenceNode chain_node(const Verified& release, const Json& run, const crypto::Digest& head) {
  const std::string what = "chain of steps", file = in_evidence("training/chain.jsonl");
  release.compared.insert(file);
  if (!release.digests.files.contains(file))
    return {kMissing, what, fmt::format("{} is not in the folder", file), {}};
  const auto mapped = release.files.map(release.folder / file);
  if (!mapped) return broken(what, mapped.error().message);
  const auto end =
      check_step_chain(as_text((*mapped)->bytes()), genesis_of(run), TornLine::kRefuse);
  if (!end) return broken(what, fmt::format("{}: {}", file, end.error().message));
  const int64_t steps = run.get_int("steps").value();
  if (end->digest != head || end->step != steps)
    return broken(
        what, fmt::format("{} ends with step {} and {}, recorded are {} and {}", file, end->step,
                          crypto::to_text(end->digest), steps, crypto::to_text(head)));
  return {kVerified,
          what,
          fmt::format("{}, each naming the one before; what they computed is shown by "
                      "replaying them",
                      count_text(end->step, "step")),
          {}};
}

// The documents themselves are too large for a release.
EvidenceNode corpus_documents(const Verified& release) {
  const std::string file = in_evidence("corpus/manifest.json");
  std::string counted = "its documents";
  if (const auto text = text_of(release, file)) {
    const auto json = parse_json(*text);
    const Json* counts = json ? json->find("counts") : nullptr;
    const Json* all = counts == nullptr ? nullptr : counts->find("all");
    if (all != nullptr && all->get_int("documents"))
      counted = count_text(*all->get_int("documents"), "document");
  }
  return {kAttested, "documents", counted + ", by digest in the manifest, not in this folder", {}};
}

// The record of the run that the start came from, if the start's manifest names one.
EvidenceNode start_record(const Verified& release, const crypto::Digest& run) {
  const std::string what = "its record", file = in_evidence("start/record.json");
  release.compared.insert(file);
  if (!release.digests.files.contains(file))
    return {kMissing, what, fmt::format("{} is not in the folder", file), {}};
  const auto statement = read_statement(release, file);
  if (!statement) return broken(what, statement.error().message);
  if (run_stated_by(*statement) != run)
    return broken(what, fmt::format("{} is of another run than the start's manifest names", file));
  EvidenceNode node{kVerified, what, fmt::format("of the run {}", crypto::to_text(run)), {}};
  node.parts.push_back(signed_node(release, file, *statement, Signer::kAnyone));
  return node;
}

void add_start(const Verified& release, EvidenceNode& node) {
  const auto text = text_of(release, in_evidence("start/manifest.json"));
  const auto json = text ? parse_json(*text) : tl::unexpected(text.error());
  if (!json) return node.parts.push_back(broken("manifest", json.error().message));
  const auto run = json->get_string("run");
  const auto digest = run ? crypto::digest_from_text(*run) : tl::unexpected(run.error());
  if (digest) return node.parts.push_back(start_record(release, *digest));
  node.parts.push_back({kAttested,
                        "its weights",
                        fmt::format("{}, of no recorded run, under {}",
                                    json->get_string("weights").value_or("not named"),
                                    json->get_string("licence").value_or("a licence not told")),
                        {}});
}

EvidenceNode part_node(const Verified& release, const Part& part, const Json& run,
                       const crypto::Digest& digest) {
  if (part.what == "chain of steps") return chain_node(release, run, digest);
  if (part.file.empty())
    return {kAttested, std::string(part.what), std::string(part.otherwise), {}};
  EvidenceNode node = file_node(release, std::string(part.what), in_evidence(part.file), digest);
  if (part.path == "run.corpus" && node.state == kVerified)
    node.parts.push_back(corpus_documents(release));
  if (part.path == "run.start" && node.state == kVerified) add_start(release, node);
  return node;
}

// Weights that were split are told as such: only who reads tensors can compare them.
EvidenceNode model_file(const Verified& release, const std::string& what, const std::string& file,
                        const crypto::Digest& digest) {
  const std::string index = file + ".index.json";
  if (release.digests.files.contains(file) || !release.digests.files.contains(index))
    return file_node(release, what, file, digest);
  release.compared.insert(index);
  return {kAttested,
          what,
          fmt::format("split into the files of {}; who released it compared the tensors", index),
          {}};
}

// The files of the model, which lie in the folder itself, and of the adapters.
EvidenceNode files_node(const Verified& release, const Json& digests, const std::string& what,
                        const std::string& prefix) {
  EvidenceNode node{.state = kVerified, .what = what, .detail = "", .parts = {}};
  for (const auto& [file, text] : *digests.if_object())
    node.parts.push_back(model_file(release, file, prefix + file,
                                    crypto::digest_from_text(*text.if_string()).value()));
  node.detail = fmt::format("{} as recorded when the training ended",
                            count_text(std::ssize(node.parts), "file"));
  for (const EvidenceNode& part : node.parts) {
    if (part.state == kVerified || node.state == kBroken) continue;
    node.state = part.state;
    node.detail = part.state == kAttested ? fmt::format("{} is {}", part.what, part.detail)
                                          : fmt::format("{} is not as recorded", part.what);
  }
  return node;
}

// What was logged while it trained, as the record names it.
void add_log(const Verified& release, const Json& predicate, EvidenceNode& node) {
  const Json* execution = predicate.find("execution");
  const Json* log = execution == nullptr ? nullptr : execution->find("log");
  if (log == nullptr || log->if_object() == nullptr) return;
  for (const auto& [file, value] : *log->if_object()) {
    const std::string* text = value.if_string();
    const auto digest = crypto::digest_from_text(text == nullptr ? "" : *text);
    if (digest)
      node.parts.push_back(file_node(release, "log", in_evidence("training/" + file), *digest));
  }
}

void add_replays(const Verified& release, const ReplayedRun& run, EvidenceNode& node) {
  const std::string prefix = in_evidence("replays/");
  bool any = false;
  for (const auto& [file, digest] : release.digests.files) {
    if (!file.starts_with(prefix)) continue;
    node.parts.push_back(replay_node(release, file, run));
    any = true;
  }
  if (!any)
    node.parts.push_back(
        {kMissing, "replay", "nobody has executed a part of the training again", {}});
}

void add_evaluations(const Verified& release, const Json& run, EvidenceNode& node) {
  const std::string prefix = in_evidence("evaluations/");
  for (const auto& [file, digest] : release.digests.files) {
    if (file.starts_with(prefix)) node.parts.push_back(evaluation_node(release, file, run));
  }
}

}  // namespace

Status expect_whole_run(const Statement& record) {
  GLASS_TRY(const Json::Object* members, record.predicate.get_object("run"));
  const Json run = *members;
  for (const auto& [member, value] : *run.if_object()) {
    if (std::ranges::find(kRunMembers, member) == std::end(kRunMembers))
      return invalid_input(
          fmt::format("its run has a member \"{}\", which nobody here knows", member));
  }
  std::vector<Subject> things = {{"run", crypto::sha256(to_canonical(run))}};
  for (const auto& [group, prefix] : {std::pair{"model", "model/"}, {"adapter", "adapter/"}}) {
    const Json* files = run.find(group);
    if (files == nullptr) continue;
    for (const auto& [file, text] : *files->if_object())
      things.push_back({prefix + file, crypto::digest_from_text(*text.if_string()).value()});
  }
  std::ranges::sort(things, {}, &Subject::name);
  if (record.subjects != things)
    return fail(ErrorCode::kMismatch, "it is about other things than its run names");
  if (run.find("model")->if_object()->empty()) return invalid_input("its run has no model");
  return {};
}

EvidenceNode run_node(const Verified& release, const crypto::Digest& record) {
  const std::string what = "run record", file = in_evidence("record.json");
  release.compared.insert(file);
  if (!release.digests.files.contains(file))
    return {kMissing, what, fmt::format("{} is not in the folder", file), {}};
  const auto statement = read_statement(release, file);
  if (!statement) return broken(what, statement.error().message);
  if (const Status kind = expect_kind(*statement, "run-record", 1); !kind)
    return broken(what, fmt::format("{}: {}", file, kind.error().message));
  if (payload_digest(*statement) != record)
    return broken(
        what, fmt::format("{} is {}, the release names {}", file,
                          crypto::to_text(payload_digest(*statement)), crypto::to_text(record)));
  const Json run = **statement->predicate.get_object("run");
  const crypto::Digest digest = crypto::sha256(to_canonical(run));
  if (const Status whole = expect_whole_run(*statement); !whole)
    return broken(what, fmt::format("{}: {}", file, whole.error().message));
  EvidenceNode node{kVerified, what, fmt::format("the run {}", crypto::to_text(digest)), {}};
  node.parts.push_back(signed_node(release, file, *statement, Signer::kBelieved));
  for (const Reference& reference : references(*statement)) {
    const auto* part = std::ranges::find(kParts, reference.path, &Part::path);
    if (part != std::end(kParts))
      node.parts.push_back(part_node(release, *part, run, reference.digest));
  }
  node.parts.push_back(files_node(release, **run.get_object("model"), "model", ""));
  if (const Json* adapter = run.find("adapter"))
    node.parts.push_back(files_node(release, *adapter, "adapter", "adapter/"));
  add_log(release, statement->predicate, node);
  add_evaluations(release, run, node);
  add_replays(release, {*statement, digest, run.get_int("steps").value()}, node);
  return node;
}

}  // namespace glass::record

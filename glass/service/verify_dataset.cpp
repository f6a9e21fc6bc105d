#include "glass/service/verify_dataset.h"

#include <cstdint>
#include <map>
#include <ranges>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/document_store.h"
#include "glass/data/rights/spdx.h"
#include "glass/data/shard/shard.h"
#include "glass/system/files.h"
#include "glass/system/files_below.h"

namespace glass::service {
namespace {

using enum record::EvidenceState;
using record::EvidenceNode;

constexpr std::string_view kManifest = "manifest.json";

struct Dataset {
  system::Files& files;
  const system::Path& folder;
  Parallel& parallel;
  std::string text;  // of the manifest
  Json manifest;
  std::map<std::string, system::Entry::Kind> entries;  // below the folder
};

enum class DatasetKind { kNone, kCorpus, kShards };

DatasetKind dataset_kind(const Json& manifest) {
  if (manifest.get_string("kind").value_or("") == "glass-corpus-1") return DatasetKind::kCorpus;
  if (manifest.get_string("format").value_or("") == "glass-shards-1") return DatasetKind::kShards;
  return DatasetKind::kNone;
}

Result<Json> read_manifest(system::Files& files, const system::Path& folder, std::string& text) {
  GLASS_TRY(text, files.read_text(folder / kManifest));
  auto json = parse_json(text);
  if (json) return json;
  return fail(ErrorCode::kCorruption,
              fmt::format("{}: {}", system::path_text(folder / kManifest), json.error().message));
}

EvidenceNode node_of(const Status& found, std::string what, std::string detail) {
  return {found ? kVerified : kBroken,
          std::move(what),
          found ? std::move(detail) : found.error().message,
          {}};
}

// Whether it is a file below the folder, neither a link nor anything else that opens.
bool is_file(const Dataset& dataset, const std::string& name) {
  const auto entry = dataset.entries.find(name);
  return entry != dataset.entries.end() && entry->second == system::Entry::Kind::kFile;
}

// A file that the manifest names.
EvidenceNode file_node(const Dataset& dataset, const std::string& name, const Json& facts) {
  if (!is_file(dataset, name))
    return {kMissing, name, "the manifest names it, and no such file is in the folder", {}};
  const auto checked = [&]() -> Status {
    GLASS_TRY(const int64_t bytes, facts.get_int("bytes"));
    GLASS_TRY(const std::string text, facts.get_string("sha256"));
    GLASS_TRY(const crypto::Digest recorded, crypto::digest_from_text(text));
    GLASS_TRY(const auto mapped, dataset.files.map(dataset.folder / name));
    if (std::ssize(mapped->bytes()) != bytes)
      return fail(ErrorCode::kMismatch,
                  fmt::format("it has {} bytes, the manifest says {}",
                              count_text(std::ssize(mapped->bytes())), count_text(bytes)));
    const crypto::Digest found = crypto::sha256(mapped->bytes());
    if (found == recorded) return {};
    return fail(ErrorCode::kMismatch,
                fmt::format("it has the digest {}, the manifest says {}", crypto::to_text(found),
                            crypto::to_text(recorded)));
  }();
  return node_of(checked, name, "the digest is the manifest's");
}

struct Count {
  int64_t documents = 0, bytes = 0;

  friend bool operator==(const Count&, const Count&) = default;
};

using Counts = std::map<std::string, Count, std::less<>>;

// The manifest's counts under a key, by name.
Result<Counts> recorded_counts(const Json& manifest, std::string_view key) {
  GLASS_TRY(const Json::Object* members, manifest.get_object(key));
  Counts counts;
  for (const auto& [name, facts] : *members) {
    Count count;
    GLASS_TRY(count.documents, facts.get_int("documents"));
    GLASS_TRY(count.bytes, facts.get_int("bytes"));
    counts.emplace(name, count);
  }
  return counts;
}

Status expect_counts(const Json& manifest, std::string_view key, const Counts& found) {
  GLASS_TRY(const Counts recorded, recorded_counts(manifest, key));
  const auto count_in = [](const Counts& counts, const std::string& name) {
    const auto at = counts.find(name);
    return at == counts.end() ? Count{} : at->second;
  };
  std::set<std::string> names;
  for (const Counts* counts : {&recorded, &found}) {
    for (const auto& [name, count] : *counts) names.insert(name);
  }
  for (const std::string& name : names) {
    const Count said = count_in(recorded, name), is = count_in(found, name);
    if (said != is)
      return fail(ErrorCode::kMismatch,
                  fmt::format("of '{}' there are {} with {} bytes, the manifest says {} with {}",
                              name, count_text(is.documents, "document"), count_text(is.bytes),
                              count_text(said.documents), count_text(said.bytes)));
  }
  return {};
}

// What a store holds, counted anew.
struct CountedStore {
  Counts counts, by_language, by_licence, by_source;
};

CountedStore counted(const data::DocumentStore& documents) {
  CountedStore found;
  const auto add = [](Counts& counts, std::string_view name, int64_t bytes) {
    auto& count = counts.try_emplace(std::string(name)).first->second;
    ++count.documents;
    count.bytes += bytes;
  };
  for (uint64_t id = 0; id < documents.size(); ++id) {
    const data::Document one = documents.document(id);
    const int64_t bytes = std::ssize(one.text);
    add(found.counts, "all", bytes);
    if (one.held_out) add(found.counts, "held_out", bytes);
    add(found.by_language, one.language, bytes);
    add(found.by_licence, one.licence, bytes);
    add(found.by_source, one.source, bytes);
  }
  return found;
}

// What the manifest says of all texts together.
EvidenceNode licence_node(const Json& manifest, const Counts& by_licence) {
  std::vector<std::string_view> licences;
  for (const auto& [licence, count] : by_licence) licences.push_back(licence);
  const std::string together = data::spdx_all(licences);
  const std::string said = manifest.get_string("licence").value_or("nothing");
  if (said == together) return {kVerified, "licence", together, {}};
  return {kBroken,
          "licence",
          fmt::format("the documents are under {}, the manifest says {}", together, said),
          {}};
}

void add_documents(const Dataset& dataset, EvidenceNode& root) {
  if (!is_file(dataset, "documents.bin"))
    return root.parts.push_back({kMissing, "documents", "documents.bin is no file here", {}});
  const auto store = data::DocumentStore::open(dataset.files, dataset.folder / "documents.bin");
  if (!store) return root.parts.push_back(node_of(tl::unexpected(store.error()), "documents", ""));
  const auto checked = [&]() -> Status {
    GLASS_TRY_STATUS(store->verify(dataset.parallel));
    GLASS_TRY(const std::string recorded, dataset.manifest.get_string("digest"));
    if (recorded == crypto::to_text(store->digest())) return {};
    return fail(ErrorCode::kMismatch, "together they have another digest than the manifest says");
  }();
  root.parts.push_back(
      node_of(checked, "documents",
              fmt::format("{} hashed again, {}",
                          count_text(static_cast<int64_t>(store->size()), "document"),
                          bytes_text(store->text_bytes()))));
  const CountedStore found = counted(*store);
  for (const auto& [key, what, counts] : {std::tuple{"counts", "counts", &found.counts},
                                          {"by_source", "sources", &found.by_source},
                                          {"by_language", "languages", &found.by_language},
                                          {"by_licence", "licences", &found.by_licence}})
    root.parts.push_back(
        node_of(expect_counts(dataset.manifest, key, *counts), what,
                fmt::format("{}, counted again", fmt::join(std::views::keys(*counts), ", "))));
  root.parts.push_back(licence_node(dataset.manifest, found.by_licence));
}

// What the texts were taken from lies elsewhere.
void add_origins(const Json& manifest, EvidenceNode& root) {
  constexpr std::string_view kLater =
      "by digest, not in this folder; who has the recipe makes the corpus again with `glass train`";
  if (const auto archives = manifest.get_array("archives"); archives && !(*archives)->empty())
    root.parts.push_back(
        {kAttested,
         "archives",
         fmt::format("{} with their signatures, as whoever made the corpus checked them",
                     count_text(std::ssize(**archives), "release file")),
         {}});
  int64_t units = 0;
  if (const auto sources = manifest.get_array("sources")) {
    for (const Json& source : **sources) {
      if (const auto of_source = source.get_array("units")) units += std::ssize(**of_source);
    }
  }
  root.parts.push_back({kAttested,
                        "origins",
                        fmt::format("taken from {}, {}", count_text(units, "place"), kLater),
                        {}});
  root.parts.push_back(
      {kAttested,
       "choice",
       "what was dropped and which licences were chosen, as whoever made the corpus "
       "says",
       {}});
}

EvidenceNode verify_corpus(const Dataset& dataset) {
  EvidenceNode root{kVerified,
                    "corpus",
                    fmt::format("{}; {}", system::path_text(dataset.folder),
                                crypto::to_text(crypto::sha256(dataset.text))),
                    {}};
  const auto files = dataset.manifest.get_object("files");
  if (!files) return node_of(tl::unexpected(files.error()), "corpus", "");
  for (const auto& [name, facts] : **files) root.parts.push_back(file_node(dataset, name, facts));
  add_documents(dataset, root);
  add_origins(dataset.manifest, root);
  return root;
}

// A file that the shards name, where a run keeps it.
EvidenceNode neighbour(const Dataset& dataset, std::string what, const system::Path& file,
                       const crypto::Digest& digest) {
  const auto mapped = dataset.files.map(dataset.folder / ".." / file);
  if (mapped && crypto::sha256((*mapped)->bytes()) == digest)
    return {kVerified, std::move(what), "the one beside this folder, by its digest", {}};
  return {kAttested, std::move(what), crypto::to_text(digest) + ", not beside this folder", {}};
}

// The names of files that the manifest has.
std::set<std::string> named_files(const Json& manifest) {
  std::set<std::string> names = {std::string(kManifest)};
  if (const auto files = manifest.get_object("files")) {
    for (const auto& [name, facts] : **files) names.insert(name);
  }
  for (const std::string_view part : {"train", "held_out"}) {
    const Json* counts = manifest.find(part);
    const auto shards =
        counts == nullptr ? fail(ErrorCode::kNotFound, "") : counts->get_array("shards");
    if (!shards) continue;
    for (const Json& shard : **shards) names.insert(shard.get_string("file").value_or(""));
  }
  return names;
}

EvidenceNode verify_shards(const Dataset& dataset) {
  for (const std::string& name : named_files(dataset.manifest)) {
    if (!is_file(dataset, name))
      return {kMissing, "token shards", fmt::format("{} is no file here", name), {}};
  }
  const auto shards = data::ShardSet::open(dataset.files, dataset.folder);
  if (!shards) return node_of(tl::unexpected(shards.error()), "token shards", "");
  EvidenceNode root{kVerified,
                    "token shards",
                    fmt::format("{}; {}", system::path_text(dataset.folder),
                                crypto::to_text(shards->manifest_digest())),
                    {}};
  root.parts.push_back(node_of(shards->verify(dataset.parallel), "tokens",
                               "every shard hashed again, every token within the vocabulary"));
  root.parts.push_back(
      neighbour(dataset, "corpus", "corpus/manifest.json", shards->corpus_digest()));
  root.parts.push_back(
      neighbour(dataset, "tokenizer", "tokenizer/tokenizer.json", shards->tokenizer_digest()));
  root.parts.push_back(
      {kAttested,
       "encoding",
       "that the tokens are those of the corpus; `glass verify` of the run encodes "
       "it again",
       {}});
  return root;
}

void add_other_files(const Dataset& dataset, EvidenceNode& root) {
  const std::set<std::string> named = named_files(dataset.manifest);
  std::vector<std::string_view> others;
  for (const auto& [name, kind] : dataset.entries) {
    if (!named.contains(name)) others.push_back(name);
  }
  if (!others.empty())
    root.parts.push_back({kMissing,
                          "other files",
                          fmt::format("the manifest names no {}", fmt::join(others, ", ")),
                          {}});
}

}  // namespace

bool is_dataset(system::Files& files, const system::Path& folder) {
  return files.exists(folder / kManifest);
}

Result<record::EvidenceNode> verify_dataset(system::Files& files, const system::Path& folder,
                                            Parallel& parallel) {
  Dataset dataset{files, folder, parallel, {}, {}, {}};
  GLASS_TRY(const std::vector<system::Entry> entries, system::entries_below(files, folder));
  for (const system::Entry& entry : entries) dataset.entries.emplace(entry.name, entry.kind);
  GLASS_TRY(dataset.manifest, read_manifest(files, folder, dataset.text));
  const DatasetKind kind = dataset_kind(dataset.manifest);
  if (kind == DatasetKind::kNone)
    return fail(ErrorCode::kNotFound,
                fmt::format("{} is the manifest of neither a corpus nor shards",
                            system::path_text(folder / kManifest)));
  EvidenceNode root =
      kind == DatasetKind::kCorpus ? verify_corpus(dataset) : verify_shards(dataset);
  add_other_files(dataset, root);
  settle(root);
  return root;
}

}  // namespace glass::service

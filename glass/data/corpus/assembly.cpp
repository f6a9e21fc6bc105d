#include "glass/data/corpus/internal/assembly.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/core.h>

namespace glass::data {
namespace {

constexpr size_t kAssemblyFlushBytes = size_t{1} << 20;

// With limits, all documents are written first and the selected ones copied.
constexpr const char* kCandidates = "candidates.bin";
constexpr const char* kCandidateFacts = "candidates.jsonl";
constexpr const char* kDocuments = "documents.bin";
constexpr const char* kDocumentFacts = "documents.jsonl";

}  // namespace

Result<LineWriter> LineWriter::create(system::Files& files, const system::Path& file) {
  LineWriter writer;
  GLASS_TRY(writer.file_, files.create(file));
  return writer;
}

Status LineWriter::add(std::string_view line) {
  const ByteView bytes = as_bytes(line);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  buffer_.push_back('\n');
  return buffer_.size() >= kAssemblyFlushBytes ? flush() : Status{};
}

Status LineWriter::flush() {
  GLASS_TRY_STATUS(file_->append(buffer_));
  buffer_.clear();
  return {};
}

Status LineWriter::finish() {
  GLASS_TRY_STATUS(flush());
  GLASS_TRY_STATUS(file_->sync());
  return file_->close();
}

Result<Assembly> Assembly::create(const CorpusConfig& config, system::Files& files,
                                  const system::Path& folder) {
  Assembly assembly(config, files, folder);
  const bool limits = has_limits(config);
  GLASS_TRY(DocumentStoreWriter store,
            DocumentStoreWriter::create(files, folder / (limits ? kCandidates : kDocuments)));
  GLASS_TRY(LineWriter facts,
            LineWriter::create(files, folder / (limits ? kCandidateFacts : kDocumentFacts)));
  GLASS_TRY(LineWriter dropped, LineWriter::create(files, folder / "dropped.jsonl"));
  assembly.store_.push_back(std::move(store));
  assembly.facts_.push_back(std::move(facts));
  assembly.dropped_file_.push_back(std::move(dropped));
  assembly.unit_facts_.resize(config.sources.size());
  return assembly;
}

Status Assembly::drop(const DroppedFile& file) {
  ++dropped_[file.reason];
  if (first_refusal_.empty() && file.reason.starts_with("licence-"))
    first_refusal_ = fmt::format("{}, {}: {}", file.source, file.path, file.detail);
  return dropped_file_[0].add(to_canonical(Json::Object{{"source", file.source},
                                                        {"path", file.path},
                                                        {"reason", file.reason},
                                                        {"detail", file.detail}}));
}

Status Assembly::add(size_t source, UnitResult result) {
  unit_facts_[source].emplace_back(std::move(result.facts));
  for (const DroppedFile& file : result.dropped) GLASS_TRY_STATUS(drop(file));
  for (const Candidate& candidate : result.documents) {
    if (!seen_.insert(candidate.sha256.bytes)) {
      GLASS_TRY_STATUS(drop({.source = candidate.source,
                             .path = candidate.path,
                             .reason = "duplicate-document",
                             .detail = crypto::to_text(candidate.sha256)}));
      continue;
    }
    items_.push_back(
        {.sha256 = candidate.sha256,
         .bytes = candidate.text.size(),
         .source = source,
         .language = languages_.try_emplace(candidate.language, languages_.size()).first->second});
    GLASS_TRY_STATUS(store_[0].add({.text = candidate.text,
                                    .source = candidate.source,
                                    .path = candidate.path,
                                    .language = candidate.language,
                                    .licence = candidate.licence,
                                    .sha256 = candidate.sha256}));
    GLASS_TRY_STATUS(facts_[0].add(candidate.facts));
  }
  return {};
}

void Assembly::hold_out(DocumentStoreWriter& store) const {
  std::vector<crypto::Digest> digests;
  digests.reserve(items_.size());
  for (const SelectionItem& item : items_) digests.push_back(item.sha256);
  for (const uint64_t id : held_out_documents(config_.held_out_share, digests)) store.hold_out(id);
}

Status Assembly::finish() {
  if (has_limits(config_)) {
    GLASS_TRY_STATUS(store_[0].finish());
    GLASS_TRY_STATUS(facts_[0].finish());
    GLASS_TRY_STATUS(keep_selected());
  } else {
    hold_out(store_[0]);
    GLASS_TRY_STATUS(store_[0].finish());
    GLASS_TRY_STATUS(facts_[0].finish());
  }
  store_.clear();
  facts_.clear();
  return dropped_file_[0].finish();
}

Status Assembly::keep_selected() {
  GLASS_TRY(const Selection selection, select_documents(config_, items_));
  GLASS_TRY(const DocumentStore all, DocumentStore::open(files_, folder_ / kCandidates));
  GLASS_TRY(const auto facts_file, files_.map(folder_ / kCandidateFacts));
  GLASS_TRY(DocumentStoreWriter store, DocumentStoreWriter::create(files_, folder_ / kDocuments));
  GLASS_TRY(LineWriter facts, LineWriter::create(files_, folder_ / kDocumentFacts));
  std::string_view lines = as_text(facts_file->bytes());
  std::vector<SelectionItem> kept;
  for (uint64_t id = 0; id < all.size(); ++id) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(line.size() + 1);
    const Document document = all.document(id);
    if (!selection.keep[id]) {
      GLASS_TRY_STATUS(drop({.source = std::string(document.source),
                             .path = std::string(document.path),
                             .reason = selection.reason[id],
                             .detail = ""}));
      continue;
    }
    kept.push_back(items_[id]);
    GLASS_TRY_STATUS(store.add(document));
    GLASS_TRY_STATUS(facts.add(line));
  }
  items_ = std::move(kept);
  hold_out(store);
  GLASS_TRY_STATUS(store.finish());
  GLASS_TRY_STATUS(facts.finish());
  GLASS_TRY_STATUS(files_.remove_all(folder_ / kCandidates));
  return files_.remove_all(folder_ / kCandidateFacts);
}

}  // namespace glass::data

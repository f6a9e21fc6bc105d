// Assembly: the results of the units, put together in order: exact duplicates leave, the documents
// and their facts are written, what was dropped is listed and counted.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/corpus/corpus.h"
#include "glass/data/corpus/document_store.h"
#include "glass/data/corpus/internal/selection.h"
#include "glass/data/corpus/internal/unit.h"
#include "glass/data/dedup/document_dedup.h"

namespace glass::data {

// A text file written line by line.
class LineWriter {
 public:
  [[nodiscard]] static Result<LineWriter> create(system::Files& files, const system::Path& file);
  [[nodiscard]] Status add(std::string_view line);  // without its newline
  [[nodiscard]] Status finish();

 private:
  LineWriter() = default;
  [[nodiscard]] Status flush();

  std::unique_ptr<system::WritableFile> file_;
  Bytes buffer_;
};

class Assembly {
 public:
  // Everything is written into `folder`, which exists and is empty.
  [[nodiscard]] static Result<Assembly> create(const CorpusConfig& config, system::Files& files,
                                               const system::Path& folder);

  // In the order of the units. REQUIRES: `source` is the unit's.
  [[nodiscard]] Status add(size_t source, UnitResult result);

  // Applies the limits, holds documents out and finishes documents.bin, documents.jsonl and
  // dropped.jsonl.
  [[nodiscard]] Status finish();

  [[nodiscard]] const std::map<std::string, uint64_t>& dropped() const { return dropped_; }

  // What stood in the way of the first file refused for its licence; empty if none was.
  [[nodiscard]] const std::string& first_refusal() const { return first_refusal_; }

  // By source, in the order of the units: what the units say about themselves.
  [[nodiscard]] Json unit_facts(size_t source) const { return unit_facts_[source]; }

  [[nodiscard]] uint64_t documents() const { return items_.size(); }

 private:
  Assembly(const CorpusConfig& config, system::Files& files, system::Path folder)
      : config_(config), files_(files), folder_(std::move(folder)) {}

  [[nodiscard]] Status drop(const DroppedFile& file);
  [[nodiscard]] Status keep_selected();
  void hold_out(DocumentStoreWriter& store) const;

  const CorpusConfig& config_;
  system::Files& files_;
  system::Path folder_;
  std::vector<DocumentStoreWriter> store_;  // one, or none once finished
  std::vector<LineWriter> facts_;           // likewise
  std::vector<LineWriter> dropped_file_;    // likewise
  DocumentDeduplicator seen_;
  std::vector<SelectionItem> items_;
  std::map<std::string, size_t> languages_;
  std::map<std::string, uint64_t> dropped_;
  std::string first_refusal_;
  std::vector<Json::Array> unit_facts_;
};

}  // namespace glass::data

// A unit: the part of a source that is read in one go by one worker (a package, a block of a
// folder, a JSONL file), and what comes out of it. Units are independent of each other; whatever
// depends on order is done when their results are put together.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/corpus.h"
#include "glass/data/rights/package_rights.h"
#include "glass/data/rights/policy.h"

namespace glass::data {

struct Candidate {
  std::string text;
  std::string source, path, language, licence;
  crypto::Digest sha256;
  std::string facts;  // one line of documents.jsonl, without the newline
};

struct DroppedFile {
  std::string source, path, reason, detail;
};

struct UnitResult {
  std::vector<Candidate> documents;
  std::vector<DroppedFile> dropped;
  Json::Object facts;  // what the manifest says about this unit
};

struct Unit {
  std::string label;
  size_t source;  // in CorpusConfig::sources
  std::function<Result<UnitResult>()> read;
};

// What every unit needs to know; lives longer than they do.
struct UnitContext {
  const CorpusConfig& config;
  const CorpusServices& services;
  const LicencePolicy& policy;
};

// Collects the outcome of one unit: every file ends as a document or as dropped.
class UnitCollector {
 public:
  UnitCollector(const UnitContext& context, std::string source)
      : context_(context), source_(std::move(source)) {}

  // A file as it came in; what the facts of a document need.
  struct File {
    std::string path, rule, language;
    uint64_t bytes = 0;
    crypto::Digest sha256;
  };

  void count_in(uint64_t bytes) { ++files_in_, bytes_in_ += bytes; }

  void drop(std::string path, std::string reason, std::string detail = "");

  // False, and dropped with the reason, if the licence does not allow the file.
  bool allow(const std::string& path, const FileRights& rights);

  // The text becomes a document unless it is too short or in a language that is not wanted.
  void add(const File& file, const FileRights& rights, std::string text);

  void note(const std::string& key, Json value) {
    result_.facts.insert_or_assign(key, std::move(value));
  }

  UnitResult finish();

 private:
  // Per licence: what the manifest says about a group of files.
  struct Group {
    FileRights rights;
    uint64_t files = 0, documents = 0, bytes = 0;
  };

  Group& group_of(const FileRights& rights);

  const UnitContext& context_;
  std::string source_;
  UnitResult result_;
  std::map<std::string, Group> groups_;
  std::map<std::string, int64_t> rules_;
  uint64_t files_in_ = 0, bytes_in_ = 0, bytes_out_ = 0;
};

// The units of each kind of source. Errors are those of build_corpus().
[[nodiscard]] Result<std::vector<Unit>> folder_units(const UnitContext& context, size_t source,
                                                     const FolderSource& folder);
[[nodiscard]] Result<std::vector<Unit>> jsonl_units(const UnitContext& context, size_t source,
                                                    const JsonlSource& jsonl);

// The rights of a file whose licence is an SPDX expression somebody wrote; `evidence` says who.
FileRights rights_of_text(const std::string& expression, const std::string& evidence,
                          const LicencePolicy& policy);

}  // namespace glass::data

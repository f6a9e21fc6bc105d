// Corpus: from sources (Debian packages, folders, JSONL files) to one document store and a manifest
// that says where every document comes from, under which licence, and what was dropped and why.
//
// What always holds:
// 1. The bytes written are a function of the configuration and the sources' bytes; neither threads
//    nor caches nor the clock show.
// 2. The folder `out` is either a complete corpus or what it was before.
// 3. A document without an allowed licence is never written; unknown is not allowed.
// 4. Nothing is dropped without a reason in dropped.jsonl and a count in the manifest.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/ingest/jsonl.h"
#include "glass/system/files.h"
#include "glass/system/process.h"

namespace glass::data {

// Debian (or Ubuntu) packages, fetched through the machine's own apt sources and checked from the
// archive's key down to each file.
struct DebianSource {
  // A short name in a copyright file, read as `spdx` if the licence text has this digest (SHA-256
  // of the License field's body, see rights/dep5.h).
  struct LicenceName {
    std::string package, name, spdx;
    crypto::Digest text;
  };

  // A licence stated by the recipe for a package whose copyright file is free text. It holds for
  // the copyright file with this digest only.
  struct Declaration {
    std::string package, spdx;
    crypto::Digest copyright_file;
    std::string declared_by;  // whose word it is; part of the manifest
  };

  // Patterns in a copyright file are paths of the source tree: `installed` in front of a packaged
  // path is replaced by `source` before they are matched.
  struct PathMapping {
    std::string package, installed, source;
  };

  std::vector<std::string> packages;
  std::vector<LicenceName> licence_names;
  std::vector<Declaration> declarations;
  std::vector<PathMapping> path_mappings;
  bool include_tests = false;  // files below tests/, test/ and testdata/, and *_test.* files
};

// A folder of text, manual pages, HTML or program code, read recursively; links are not followed.
struct FolderSource {
  system::Path folder;
  std::string licence;   // SPDX, for files without an SPDX-License-Identifier; empty: none is known
  std::string language;  // of text that is no program code; empty for "und"
  bool include_tests = true;
};

// One JSON object per line; .jsonl, .jsonl.gz or .jsonl.zst.
struct JsonlSource {
  std::vector<system::Path> files;
  JsonlForm form = JsonlForm::kText;
  std::string text_field = "text";
  std::string id_field;        // empty: documents are known by file name and line
  std::string licence_field;   // empty: `licence` holds for all
  std::string language_field;  // empty: `language` holds for all
  std::string licence;         // SPDX, where a line has none of its own
  std::string language;
};

struct CorpusSource {
  std::string name;  // unique, of letters, digits, '.', '_', '-', '+'; shown in the manifest
  std::variant<DebianSource, FolderSource, JsonlSource> kind;
  uint64_t max_bytes = 0;  // of text taken from this source; 0: no limit
};

struct CorpusConfig {
  std::vector<CorpusSource> sources;

  // SPDX ids, "X WITH Y" included. Everything else is denied or unknown, and dropped.
  std::vector<std::string> allowed_licences;

  // Language ranges: "de" covers "de-AT", "code" covers "code/python". Empty: all are kept.
  std::vector<std::string> languages;

  uint64_t min_characters = 32;         // code points; shorter documents are dropped
  uint64_t documents = 0;               // exactly so many, chosen by digest; 0: all there are
  uint64_t max_bytes_per_language = 0;  // chosen by digest; 0: no limit
  double held_out_share = 0.01;         // of the documents, chosen by digest

  system::Path out;    // folder of the corpus
  system::Path cache;  // folder of fetched packages; may be shared by corpora
};

struct CorpusServices {
  system::Files& files;
  system::Process& process;
  Parallel& parallel;
};

struct CorpusProgress {
  enum class Stage { kArchive, kFetch, kRead, kSelect, kWrite };
  Stage stage;
  uint64_t done, total;  // kFetch: bytes; kRead: packages, files or blocks; else steps
  std::string detail;    // what is being worked on
};

// Returns false to stop; build_corpus then ends with kInterrupted. Called on the caller's thread.
using CorpusProgressCallback = FunctionRef<bool(const CorpusProgress&)>;

struct TextCount {
  uint64_t documents = 0;
  uint64_t bytes = 0;

  friend bool operator==(const TextCount&, const TextCount&) = default;
};

struct CorpusReport {
  crypto::Digest digest;           // over the documents' digests in order
  crypto::Digest manifest_digest;  // of manifest.json
  TextCount total, held_out;
  std::map<std::string, TextCount> by_source, by_language, by_licence;
  std::map<std::string, uint64_t> dropped;  // reason -> documents or files
  std::string licence;                      // AND of every licence in the corpus
  Json manifest;
};

// The identity of what is asked for: everything in the configuration except `out` and `cache`.
crypto::Digest config_digest(const CorpusConfig& config);

// Builds the corpus in `config.out`: documents.bin, dropped.jsonl, manifest.json.
// kRefused for reasons of rights (no source passes the licence list); kInvalidInput for what the
// recipe can correct (a vanished path, a licence file or a line that does not parse, more documents
// asked for than there are); kCorruption if a link of the archive's chain does not hold.
[[nodiscard]] Result<CorpusReport> build_corpus(const CorpusConfig& config,
                                                const CorpusServices& services,
                                                CorpusProgressCallback progress);

// The report of a corpus built before. kNotFound if there is none; kCorruption if a file is not the
// one the manifest names (all digests are checked).
[[nodiscard]] Result<CorpusReport> load_corpus(const system::Path& folder,
                                               const CorpusServices& services);

}  // namespace glass::data

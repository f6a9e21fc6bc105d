// DocumentStore: the texts of a corpus and what is known about each, in one file that is mapped.
//
// Format glass-documents-1 (docs/reference/formats/corpus.md): magic, all texts one after the
// other, a table of fixed-size records, the paths, the names, a footer with the digest of
// everything between the texts and itself. Same documents in the same order give the same bytes.
//
// Ids are positions: 0 <= id < size(). A store is immutable; reading is thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"

namespace glass::data {

// One document. The views point into the mapped file and live as long as the store.
struct Document {
  std::string_view text;      // UTF-8, never empty
  std::string_view source;    // "manpages-de_4.18.1-1_all", or the name of a folder or JSONL source
  std::string_view path;      // inside the source
  std::string_view language;  // "de", "pt-BR", "code/python", "und" where nobody said
  std::string_view licence;   // SPDX expression, normalised
  crypto::Digest sha256;      // of the text
  bool held_out = false;      // kept from training, for validation
};

class DocumentStore {
 public:
  // Checks the footer, the digest of the index and every offset, so that document() cannot fail.
  // The texts are not read; verify() does that. kCorruption names the file.
  [[nodiscard]] static Result<DocumentStore> open(system::Files& files, const system::Path& file);

  // The same for a file mapped already; `path` is how errors name it.
  [[nodiscard]] static Result<DocumentStore> read(std::unique_ptr<system::MappedFile> file,
                                                  std::string path);

  [[nodiscard]] uint64_t size() const { return count_; }

  // REQUIRES: id < size().
  [[nodiscard]] Document document(uint64_t id) const;

  // The sum of the documents' sizes.
  [[nodiscard]] uint64_t text_bytes() const { return text_bytes_; }

  // The corpus digest: SHA-256 over the documents' digests in order.
  [[nodiscard]] crypto::Digest digest() const;

  // Hashes every text and compares with its record. kCorruption names the first that differs.
  [[nodiscard]] Status verify(Parallel& parallel) const;

 private:
  DocumentStore() = default;

  std::unique_ptr<system::MappedFile> file_;
  std::string path_;
  uint64_t count_ = 0;
  uint64_t text_bytes_ = 0;
  const uint8_t* records_ = nullptr;
  std::string_view paths_;
  std::vector<std::string> sources_, languages_, licences_;
};

// Writes a store document by document; only the index is kept in memory.
class DocumentStoreWriter {
 public:
  [[nodiscard]] static Result<DocumentStoreWriter> create(system::Files& files,
                                                          const system::Path& file);

  // REQUIRES: the text is UTF-8 and not empty, and sha256 is its digest.
  [[nodiscard]] Status add(const Document& document);

  // Keeps a document that was added from training. REQUIRES: id < size().
  void hold_out(uint64_t id);

  [[nodiscard]] uint64_t size() const { return count_; }

  // Writes the index and makes the file durable. The writer is used up.
  [[nodiscard]] Status finish();

 private:
  // Names in order of first use, so that equal names share one number.
  struct Names {
    std::map<std::string, uint32_t, std::less<>> numbers;
    std::vector<std::string> names;
    uint32_t number_of(std::string_view name);
  };

  DocumentStoreWriter() = default;
  [[nodiscard]] Status flush();

  std::unique_ptr<system::WritableFile> file_;
  Bytes buffer_;
  Bytes records_;
  std::string paths_;
  Names sources_, languages_, licences_;
  uint64_t count_ = 0;
  uint64_t text_end_ = 0;
};

}  // namespace glass::data

// DocumentLine: documents one after the other, as one line of tokens. Immutable.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/loader/loader.h"
#include "glass/data/shard/shard.h"

namespace glass::data {

// A stretch of a line that lies within one document.
struct LinePart {
  uint64_t document;             // number in the part of the shard set
  uint64_t first_token, tokens;  // within the document; token 0 is E
};

class DocumentLine {
 public:
  // `documents` must outlive the line; `order` holds numbers of its documents.
  DocumentLine(const ShardedDocuments& documents, std::vector<uint64_t> order);

  [[nodiscard]] std::span<const uint64_t> order() const { return order_; }

  [[nodiscard]] uint64_t tokens() const { return starts_.back(); }

  // Calls visit for the parts of [begin, begin + count), in order; stops at the first error.
  // REQUIRES: begin + count <= tokens().
  [[nodiscard]] Status for_each_part(uint64_t begin, uint64_t count,
                                     FunctionRef<Status(const LinePart&)> visit) const;

 private:
  std::vector<uint64_t> order_;
  std::vector<uint64_t> starts_;  // of each document in the line, and the line's end
};

// Fills a batch token by token, in the order of the stream.
class BatchWriter {
 public:
  // Makes room for `sequences` windows of `sequence_length` tokens.
  BatchWriter(Batch& batch, int64_t sequence_length, int64_t sequences);

  // The next tokens; `rows()` of them and one more, which is the last target.
  [[nodiscard]] Status write(const ShardedDocuments& documents, const LinePart& part);

  // The last target of a stream that ends here, and padding for what is not filled.
  void pad(TokenId end_of_text);

 private:
  void write_positions(size_t begin, size_t count, bool starts_document);

  Batch* batch_;
  size_t sequence_length_;
  size_t rows_;
  size_t filled_ = 0;      // of rows_ + 1
  int32_t first_key_ = 0;  // of the document at `filled_`, within its window
};

}  // namespace glass::data

#include "glass/data/loader/internal/document_line.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "glass/base/check.h"

namespace glass::data {

DocumentLine::DocumentLine(const ShardedDocuments& documents, std::vector<uint64_t> order)
    : order_(std::move(order)) {
  starts_.reserve(order_.size() + 1);
  starts_.push_back(0);
  for (const uint64_t document : order_)
    starts_.push_back(starts_.back() + documents.document(document).tokens);
}

Status DocumentLine::for_each_part(uint64_t begin, uint64_t count,
                                   FunctionRef<Status(const LinePart&)> visit) const {
  GLASS_CHECK(begin <= tokens() && count <= tokens() - begin);
  auto behind = std::ranges::upper_bound(starts_, begin);  // the start of the next document
  for (uint64_t at = begin; at < begin + count; ++behind) {
    const auto index = static_cast<size_t>(behind - starts_.begin()) - 1;
    const uint64_t end = std::min(*behind, begin + count);
    GLASS_TRY_STATUS(
        visit({.document = order_[index], .first_token = at - starts_[index], .tokens = end - at}));
    at = end;
  }
  return {};
}

BatchWriter::BatchWriter(Batch& batch, int64_t sequence_length, int64_t sequences)
    : batch_(&batch),
      sequence_length_(static_cast<size_t>(sequence_length)),
      rows_(static_cast<size_t>(sequence_length * sequences)) {
  for (auto* values : {&batch.token_N, &batch.target_N, &batch.position_N, &batch.first_key})
    values->resize(rows_);
}

// Positions count from the document's start, or the window's where the document began before it.
void BatchWriter::write_positions(size_t begin, size_t count, bool starts_document) {
  for (size_t row = begin; row < begin + count; ++row) {
    const auto place = static_cast<int32_t>(row % sequence_length_);
    if (place == 0) first_key_ = 0;
    if (row == begin && starts_document) first_key_ = place;
    batch_->first_key[row] = first_key_;
    batch_->position_N[row] = place - first_key_;
  }
}

Status BatchWriter::write(const ShardedDocuments& documents, const LinePart& part) {
  GLASS_CHECK(part.tokens <= rows_ + 1 - filled_);
  const size_t begin = filled_;
  const size_t count = std::min<size_t>(part.tokens, rows_ - begin);
  const auto tokens = std::span(batch_->token_N).subspan(begin, count);
  GLASS_TRY_STATUS(documents.copy_tokens(part.document, part.first_token, tokens));
  write_positions(begin, count, part.first_token == 0);
  // A row's target is the token of the row behind it, in another window or not.
  for (size_t row = std::max<size_t>(begin, 1); row < begin + count; ++row)
    batch_->target_N[row - 1] = batch_->token_N[row];
  if (count < part.tokens) {
    const auto last = std::span(batch_->target_N).last(1);
    GLASS_TRY_STATUS(documents.copy_tokens(part.document, part.first_token + count, last));
  }
  filled_ += part.tokens;
  return {};
}

void BatchWriter::pad(TokenId end_of_text) {
  if (filled_ > rows_) return;  // the stream went on behind this batch
  if (filled_ > 0) batch_->target_N[filled_ - 1] = end_of_text;
  for (size_t row = filled_; row < rows_; ++row) {
    batch_->token_N[row] = end_of_text;
    batch_->target_N[row] = -1;
    batch_->position_N[row] = 0;
    batch_->first_key[row] = static_cast<int32_t>(row % sequence_length_);
  }
  filled_ = rows_ + 1;
}

}  // namespace glass::data

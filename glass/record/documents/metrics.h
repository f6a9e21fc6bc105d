// Metrics: the step log in the forms other tools read. The JSON lines are the truth; these follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "glass/base/bytes.h"
#include "glass/record/documents/curve.h"
#include "glass/record/documents/facts.h"

namespace glass::record {

// A TensorBoard event file in pieces, so that it need never be in memory whole. Record framing and
// protobuf fields as TensorFlow's event_writer writes them.
class EventFile {
 public:
  // Begins with the version, at this time.
  explicit EventFile(int64_t unix_ms);

  void add(std::string_view tag, const StepPoint& point);

  // What was added since the last take().
  [[nodiscard]] Bytes take() { return std::exchange(bytes_, {}); }

  [[nodiscard]] size_t size() const { return bytes_.size(); }

 private:
  Bytes bytes_;
};

// Prometheus text exposition format 0.0.4: the newest values as gauges.
std::string prometheus_text(const RunFacts& facts);

// CRC-32C (Castagnoli), as TFRecord frames use it.
uint32_t crc32c(ByteView bytes);

}  // namespace glass::record

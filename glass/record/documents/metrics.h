// Metrics: the step log in the forms other tools read. The JSON lines are the truth; these follow.
#pragma once

#include <string>

#include "glass/base/bytes.h"
#include "glass/record/documents/facts.h"

namespace glass::record {

// A TensorBoard event file with the scalars loss/train, loss/held_out, gradient_norm, learning_rate
// and, where pairs of answers are judged, preference/preferred and preference/margin. Record
// framing and protobuf fields as TensorFlow's event_writer writes them. In the order of the steps:
// the file of a longer log begins with that of a shorter one, so that whoever reads along goes on
// where they were.
Bytes tensorboard_events(const RunFacts& facts);

// Prometheus text exposition format 0.0.4: the newest values as gauges.
std::string prometheus_text(const RunFacts& facts);

// CRC-32C (Castagnoli), as TFRecord frames use it.
uint32_t crc32c(ByteView bytes);

}  // namespace glass::record

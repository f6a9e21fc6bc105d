#include "glass/record/documents/metrics.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/record/documents/curve.h"
#include "glass/record/documents/facts.h"

namespace glass::record {
namespace {

constexpr std::array<uint32_t, 256> crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
    table[i] = crc;
  }
  return table;
}

uint32_t masked_crc(ByteView bytes) {
  const uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
}

// Protobuf wire format: the few forms an Event needs.
class Message {
 public:
  void varint_field(uint32_t field, uint64_t value) {
    varint(field << 3);
    varint(value);
  }

  template <typename T>  // float or double
  void fixed_field(uint32_t field, T value) {
    varint((field << 3) | (sizeof(T) == 8 ? 1U : 5U));
    append_little_endian(bytes_, value);
  }

  void bytes_field(uint32_t field, ByteView value) {
    varint((field << 3) | 2U);
    varint(value.size());
    bytes_.insert(bytes_.end(), value.begin(), value.end());
  }

  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<uint8_t>(value | 0x80));
    bytes_.push_back(static_cast<uint8_t>(value));
  }

  Bytes bytes_;
};

void append_record(Bytes& file, const Bytes& record) {
  Bytes length;
  append_little_endian(length, static_cast<uint64_t>(record.size()));
  file.insert(file.end(), length.begin(), length.end());
  append_little_endian(file, masked_crc(length));
  file.insert(file.end(), record.begin(), record.end());
  append_little_endian(file, masked_crc(record));
}

// Event{1: wall_time, 2: step, 5: Summary{1: Value{1: tag, 2: simple_value}}}
void append_scalar(Bytes& file, std::string_view tag, const StepPoint& point) {
  Message value;
  value.bytes_field(1, as_bytes(tag));
  value.fixed_field(2, static_cast<float>(point.value));
  Message summary;
  summary.bytes_field(1, value.bytes());
  Message event;
  event.fixed_field(1, static_cast<double>(point.unix_ms) / 1000.0);
  event.varint_field(2, static_cast<uint64_t>(point.step));
  event.bytes_field(5, summary.bytes());
  append_record(file, event.bytes());
}

std::string gauge(std::string_view name, std::string_view help, double value) {
  return fmt::format("# HELP glass_{0} {1}\n# TYPE glass_{0} gauge\nglass_{0} {2}\n", name, help,
                     value);
}

}  // namespace

uint32_t crc32c(ByteView bytes) {
  static constexpr std::array<uint32_t, 256> kTable = crc_table();
  uint32_t crc = 0xFFFFFFFFU;
  for (const uint8_t byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ byte) & 0xFF];
  return ~crc;
}

EventFile::EventFile(int64_t unix_ms) {
  Message version;  // Event{1: wall_time, 3: file_version}
  version.fixed_field(1, static_cast<double>(unix_ms) / 1000.0);
  version.bytes_field(3, as_bytes(std::string_view("brain.Event:2")));
  append_record(bytes_, version.bytes());
}

void EventFile::add(std::string_view tag, const StepPoint& point) {
  append_scalar(bytes_, tag, point);
}

std::string prometheus_text(const RunFacts& facts) {
  std::string out = gauge("steps", "Optimiser steps done.", static_cast<double>(facts.steps));
  out += gauge("tokens", "Tokens trained on.", static_cast<double>(facts.tokens));
  out += gauge("tokens_per_second", "Speed of training.", facts.tokens_per_second);
  if (facts.mfu)
    out +=
        gauge("mfu", "Share of the machine's multiply-add peak that the model used.", *facts.mfu);
  if (!facts.loss.empty())
    out += gauge("loss", "Loss of the newest step, nats per token.", facts.loss.last().value);
  if (!facts.held_out_loss.empty())
    out += gauge("held_out_loss", "Loss on held-out text, nats per token.",
                 facts.held_out_loss.last().value);
  if (facts.bits_per_byte)
    out += gauge("bits_per_byte", "Bits per byte on held-out text.", *facts.bits_per_byte);
  out += gauge("peak_memory_bytes", "Largest resident size of the process.",
               static_cast<double>(facts.peak_memory_bytes));
  return out;
}

}  // namespace glass::record

// Safetensors: named tensors in one file, readable by mapping it.
//
//   u64 little-endian N | N bytes of JSON, the header | data
//   {"__metadata__":{"k":"v"}, "name":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}, ...}
//
// The reader is strict: offsets tile the data without hole or overlap, the file ends where the last
// tensor ends, no key appears twice, nothing in the header is unread, names hold no control
// characters. The writer is deterministic: the same tensors give the same bytes (header padded to a
// multiple of 8, tensors by element type and then by name, metadata by key).
//
// Limits: extents and offsets below 2^53; at most kMaxHeaderValues values in a header, so that a
// hostile header cannot multiply memory.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/engine/tensor/dtype.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"

namespace glass::engine {

inline constexpr uint64_t kMaxHeaderBytes = 100'000'000;
inline constexpr int64_t kMaxHeaderValues = 4'000'000;

struct StoredTensor {
  std::string dtype;  // as the file says: also types the engine does not compute with
  Shape shape;
  ByteView bytes;
};

// A view of a safetensors file. REQUIRES: the bytes outlive it.
class Safetensors {
 public:
  // kCorruption, naming the tensor, when the bytes break a rule of the format.
  [[nodiscard]] static Result<Safetensors> parse(ByteView file);

  [[nodiscard]] const std::map<std::string, StoredTensor>& tensors() const { return tensors_; }

  [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }

  // Copies the tensor `name`, F32, F16 or BF16, to `out`; every number is exact. kCorruption if it
  // is absent, or of another type or shape than `shape`. REQUIRES: out holds as many floats as
  // `shape` says.
  [[nodiscard]] Status copy_floats(std::string_view name, std::span<const int64_t> shape,
                                   std::span<float> out) const;

 private:
  std::map<std::string, StoredTensor> tensors_;
  std::map<std::string, std::string> metadata_;
};

// The same, with the mapped file it is a view of. Errors name the file.
class SafetensorsFile {
 public:
  [[nodiscard]] static Result<SafetensorsFile> open(system::Files& files, const system::Path& file);

  [[nodiscard]] const Safetensors& content() const { return content_; }

  [[nodiscard]] ByteView bytes() const { return mapped_->bytes(); }

 private:
  SafetensorsFile(std::unique_ptr<system::MappedFile> mapped, Safetensors content);

  std::unique_ptr<system::MappedFile> mapped_;
  Safetensors content_;
};

struct TensorToWrite {
  std::string name;
  DType dtype = DType::kF32;
  Shape shape;
  ByteView bytes;
};

// A tensor of floats. REQUIRES: as many values as the shape says.
TensorToWrite float_tensor(std::string name, Shape shape, std::span<const float> values);

// What such a file has before its data: the length and the header.
// REQUIRES: names are unique, not empty and without control characters; bytes fit the shapes.
Bytes safetensors_header(std::vector<TensorToWrite> tensors,
                         const std::map<std::string, std::string>& metadata);

// Appends a whole safetensors file to `out`; sync and close are the caller's. REQUIRES: as above.
[[nodiscard]] Status write_safetensors(system::WritableFile& out,
                                       std::vector<TensorToWrite> tensors,
                                       const std::map<std::string, std::string>& metadata);

}  // namespace glass::engine

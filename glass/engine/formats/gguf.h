// GGUF: the file of llama.cpp: keys with values, then named tensors, some of them in blocks of few
// bits.
//
//   "GGUF" | u32 version 3 | u64 tensors | u64 keys | key* | tensor* | padding | data
//   key    = string | u32 type | value          string = u64 length | UTF-8
//   tensor = string | u32 dims | u64 extents, the innermost first | u32 type | u64 offset
//
// The reader is strict: no key or tensor twice, tensors lie one after the other with nothing but
// padding between, the file ends where the last one does. The writer is deterministic: keys in
// code-point order but for the architecture, which is first; tensors in the order they are given.
//
// Limits: extents and numbers below 2^63, no arrays of arrays, at most kMostTensors and kMostKeys.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"

namespace glass::engine {

enum class GgufType : uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};

// A value, or the elements of an array, which are all of one type.
struct GgufValue {
  GgufType type = GgufType::kUint32;  // of the elements
  bool is_array = false;              // else there is one element
  std::variant<std::vector<int64_t>, std::vector<double>, std::vector<std::string>> elements;

  static GgufValue integer(GgufType type, int64_t value);
  static GgufValue number(float value);
  static GgufValue text(std::string value);
  static GgufValue texts(std::vector<std::string> values);
  static GgufValue integers(GgufType type, std::vector<int64_t> values);
  static GgufValue numbers(std::span<const float> values);

  friend bool operator==(const GgufValue&, const GgufValue&) = default;
};

using GgufKeys = std::map<std::string, GgufValue, std::less<>>;

// The value of a key. kInvalidInput if it is absent or of another kind.
[[nodiscard]] Result<int64_t> gguf_integer(const GgufKeys& keys, std::string_view key);
[[nodiscard]] Result<double> gguf_number(const GgufKeys& keys, std::string_view key);
[[nodiscard]] Result<std::string> gguf_text(const GgufKeys& keys, std::string_view key);
[[nodiscard]] Result<const std::vector<std::string>*> gguf_texts(const GgufKeys& keys,
                                                                 std::string_view key);
[[nodiscard]] Result<const std::vector<int64_t>*> gguf_integers(const GgufKeys& keys,
                                                                std::string_view key);
[[nodiscard]] Result<const std::vector<double>*> gguf_numbers(const GgufKeys& keys,
                                                              std::string_view key);

// How numbers are kept. The figures are those of the format.
enum class GgufForm : uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ8_0 = 8,
  kQ4_K = 12,
  kQ6_K = 14,
  kBf16 = 30,
};

struct GgufTensor {
  GgufForm form = GgufForm::kF32;
  Shape shape;  // as ours: the innermost extent last
  ByteView bytes;
};

inline constexpr uint64_t kMostGgufTensors = 1'000'000, kMostGgufKeys = 65'536;

// A view of such a file. REQUIRES: the bytes outlive it.
class Gguf {
 public:
  // kCorruption, naming key or tensor, when the bytes break a rule of the format; kInvalidInput for
  // a version or a form of tensors that this program does not know.
  [[nodiscard]] static Result<Gguf> parse(ByteView file);

  [[nodiscard]] const GgufKeys& keys() const { return keys_; }

  [[nodiscard]] const std::map<std::string, GgufTensor>& tensors() const { return tensors_; }

  // The tensor's numbers; every one is what its block says, rounded to a float as llama.cpp does.
  // kCorruption if it is absent or of another shape. REQUIRES: out holds as many as `shape` says.
  [[nodiscard]] Status copy_floats(std::string_view name, std::span<const int64_t> shape,
                                   std::span<float> out) const;

 private:
  GgufKeys keys_;
  std::map<std::string, GgufTensor> tensors_;
};

// The same, with the mapped file it is a view of. Errors name the file.
class GgufFile {
 public:
  [[nodiscard]] static Result<GgufFile> open(system::Files& files, const system::Path& file);

  [[nodiscard]] const Gguf& content() const { return content_; }

  [[nodiscard]] ByteView bytes() const { return mapped_->bytes(); }

 private:
  GgufFile(std::unique_ptr<system::MappedFile> mapped, Gguf content);

  std::unique_ptr<system::MappedFile> mapped_;
  Gguf content_;
};

struct GgufTensorToWrite {
  std::string name;
  GgufForm form = GgufForm::kF32;
  Shape shape;
  std::span<const float> values;
};

// Appends a whole file to `out`; sync and close are the caller's. Values are rounded to the form,
// kF32, kF16 or kQ8_0, a part at a time. REQUIRES: names are unique and have at most 63 bytes,
// there is a key general.architecture; rows of kQ8_0 are of 32 numbers each; the form can hold the
// numbers.
[[nodiscard]] Status write_gguf(system::WritableFile& out, const GgufKeys& keys,
                                const std::vector<GgufTensorToWrite>& tensors);

}  // namespace glass::engine

#include "glass/engine/formats/gguf.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/base/utf8.h"
#include "glass/engine/formats/gguf_blocks.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"

namespace glass::engine {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr uint32_t kVersion = 3;
constexpr uint32_t kMostDims = 4;
constexpr size_t kMostNameBytes = 63;
constexpr uint64_t kDefaultAlignment = 32;
constexpr std::string_view kAlignmentKey = "general.alignment";
constexpr std::string_view kArchitectureKey = "general.architecture";
constexpr int64_t kNumbersAtOnce = int64_t{1} << 16;  // of a tensor that is written

tl::unexpected<Error> no_gguf(std::string what) {
  return fail(ErrorCode::kCorruption, "not a valid GGUF file: " + std::move(what));
}

uint64_t aligned(uint64_t bytes, uint64_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

// Bytes of an element; 0 for strings, which have a length each, and for what is no type.
size_t element_bytes(GgufType type) {
  switch (type) {
    case GgufType::kUint8:
    case GgufType::kInt8:
    case GgufType::kBool: return 1;
    case GgufType::kUint16:
    case GgufType::kInt16: return 2;
    case GgufType::kUint32:
    case GgufType::kInt32:
    case GgufType::kFloat32: return 4;
    case GgufType::kUint64:
    case GgufType::kInt64:
    case GgufType::kFloat64: return 8;
    case GgufType::kString:
    case GgufType::kArray: break;
  }
  return 0;
}

bool is_number(GgufType type) {
  return type == GgufType::kFloat32 || type == GgufType::kFloat64;
}

// The file from front to back.
class Reader {
 public:
  explicit Reader(ByteView file) : left_(file) {}

  [[nodiscard]] Result<ByteView> take(uint64_t count, std::string_view what) {
    if (count > left_.size()) return no_gguf(fmt::format("it ends within {}", what));
    const ByteView taken = left_.first(static_cast<size_t>(count));
    left_ = left_.subspan(static_cast<size_t>(count));
    return taken;
  }

  template <typename T>
  [[nodiscard]] Result<T> number(std::string_view what) {
    GLASS_TRY(const ByteView bytes, take(sizeof(T), what));
    return load_little_endian<T>(bytes.data());
  }

  [[nodiscard]] Result<std::string> text(std::string_view what) {
    GLASS_TRY(const uint64_t size, number<uint64_t>(what));
    GLASS_TRY(const ByteView bytes, take(size, what));
    const std::string_view text = as_text(bytes);
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
      return no_gguf(fmt::format("{} is not UTF-8 without zero bytes", what));
    return std::string(text);
  }

  [[nodiscard]] size_t left() const { return left_.size(); }

 private:
  ByteView left_;
};

template <typename T>
Result<int64_t> read_integer(Reader& reader, std::string_view key) {
  GLASS_TRY(const T value, reader.number<T>(key));
  if (!std::in_range<int64_t>(value))
    return no_gguf(fmt::format("{} holds a number of 2^63 or more", key));
  return static_cast<int64_t>(value);
}

Result<int64_t> read_integer(Reader& reader, GgufType type, std::string_view key) {
  switch (type) {
    case GgufType::kUint8: return read_integer<uint8_t>(reader, key);
    case GgufType::kInt8: return read_integer<int8_t>(reader, key);
    case GgufType::kUint16: return read_integer<uint16_t>(reader, key);
    case GgufType::kInt16: return read_integer<int16_t>(reader, key);
    case GgufType::kUint32: return read_integer<uint32_t>(reader, key);
    case GgufType::kInt32: return read_integer<int32_t>(reader, key);
    case GgufType::kUint64: return read_integer<uint64_t>(reader, key);
    case GgufType::kInt64: return read_integer<int64_t>(reader, key);
    case GgufType::kBool: {
      GLASS_TRY(const int64_t value, read_integer<uint8_t>(reader, key));
      if (value > 1) return no_gguf(fmt::format("{} is neither true nor false", key));
      return value;
    }
    default:
      return no_gguf(fmt::format("{} has the unknown type {}", key, static_cast<uint32_t>(type)));
  }
}

Result<double> read_number(Reader& reader, GgufType type, std::string_view key) {
  if (type == GgufType::kFloat64) return reader.number<double>(key);
  GLASS_TRY(const float value, reader.number<float>(key));
  return static_cast<double>(value);
}

// `count` elements. An array that promises more than the file holds costs nothing.
Result<GgufValue> read_elements(Reader& reader, GgufType type, bool is_array, uint64_t count,
                                std::string_view key) {
  const size_t least = type == GgufType::kString ? sizeof(uint64_t) : element_bytes(type);
  if (least == 0)
    return no_gguf(fmt::format("{} has elements of type {}", key, static_cast<uint32_t>(type)));
  if (count > reader.left() / least) return no_gguf(fmt::format("it ends within {}", key));
  GgufValue value{.type = type, .is_array = is_array, .elements = {}};
  const auto fill = [&](auto&& elements, const auto& read) -> Status {
    elements.reserve(static_cast<size_t>(count));
    for (uint64_t i = 0; i < count; ++i) {
      GLASS_TRY(elements.emplace_back(), read());
    }
    return {};
  };
  if (type == GgufType::kString)
    GLASS_TRY_STATUS(
        fill(value.elements.emplace<std::vector<std::string>>(), [&] { return reader.text(key); }));
  else if (is_number(type))
    GLASS_TRY_STATUS(fill(value.elements.emplace<std::vector<double>>(),
                          [&] { return read_number(reader, type, key); }));
  else
    GLASS_TRY_STATUS(fill(value.elements.emplace<std::vector<int64_t>>(),
                          [&] { return read_integer(reader, type, key); }));
  return value;
}

Result<GgufValue> read_value(Reader& reader, std::string_view key) {
  GLASS_TRY(const uint32_t type, reader.number<uint32_t>(key));
  if (type != static_cast<uint32_t>(GgufType::kArray))
    return read_elements(reader, static_cast<GgufType>(type), false, 1, key);
  GLASS_TRY(const uint32_t of, reader.number<uint32_t>(key));
  GLASS_TRY(const uint64_t count, reader.number<uint64_t>(key));
  return read_elements(reader, static_cast<GgufType>(of), true, count, key);
}

struct TensorInfo {
  std::string name;
  GgufTensor tensor;  // without its bytes
  uint64_t offset, bytes;
};

Result<TensorInfo> read_info(Reader& reader) {
  TensorInfo info;
  GLASS_TRY(info.name, reader.text("the name of a tensor"));
  if (info.name.empty() || info.name.size() > kMostNameBytes)
    return no_gguf(fmt::format("the tensor '{}' has a name of {} bytes, 1 to {} are allowed",
                               info.name, info.name.size(), kMostNameBytes));
  GLASS_TRY(const uint32_t dims, reader.number<uint32_t>(info.name));
  if (dims == 0 || dims > kMostDims)
    return no_gguf(fmt::format("the tensor '{}' has {} dimensions", info.name, dims));
  for (uint32_t i = 0; i < dims; ++i) {
    GLASS_TRY(const int64_t extent, read_integer<uint64_t>(reader, info.name));
    info.tensor.shape.insert(info.tensor.shape.begin(), extent);
  }
  GLASS_TRY(const uint32_t form, reader.number<uint32_t>(info.name));
  GLASS_TRY(info.offset, reader.number<uint64_t>(info.name));
  const auto block = gguf_block(form);
  if (!block)
    return invalid_input(fmt::format(
        "the tensor '{}' is in form {} of GGUF, which is not read; F32, F16, BF16, Q8_0, Q4_0, "
        "Q4_1, Q4_K and Q6_K are",
        info.name, form));
  info.tensor.form = static_cast<GgufForm>(form);
  const auto count = element_count(info.tensor.shape);
  if (!count || *count / block->numbers > INT64_MAX / block->bytes)
    return no_gguf(fmt::format("the tensor '{}' is larger than any file", info.name));
  if (info.tensor.shape.back() % block->numbers != 0)
    return no_gguf(fmt::format("the rows of the tensor '{}' are not whole blocks", info.name));
  info.bytes = static_cast<uint64_t>(*count / block->numbers * block->bytes);
  return info;
}

Result<uint64_t> alignment_of(const GgufKeys& keys) {
  const auto found = keys.find(kAlignmentKey);
  if (found == keys.end()) return kDefaultAlignment;
  const auto* const value = std::get_if<std::vector<int64_t>>(&found->second.elements);
  if (value == nullptr || found->second.is_array || value->front() < 8 ||
      value->front() > 1 << 20 || !std::has_single_bit(static_cast<uint64_t>(value->front())))
    return no_gguf(fmt::format("{} is no power of two from 8 to 2^20", kAlignmentKey));
  return static_cast<uint64_t>(value->front());
}

// The tensors lie behind one another in the order in which they are listed.
Status place_tensors(std::vector<TensorInfo>& infos, ByteView data, uint64_t alignment,
                     std::map<std::string, GgufTensor>& tensors) {
  uint64_t end = 0;
  for (TensorInfo& info : infos) {
    const uint64_t begin = aligned(end, alignment);
    if (info.offset != begin)
      return no_gguf(
          fmt::format("the tensor '{}' is at {}, expected {}", info.name, info.offset, begin));
    if (begin > data.size() || info.bytes > data.size() - begin)
      return no_gguf(fmt::format("it ends within the tensor '{}'", info.name));
    const ByteView padding = data.subspan(end, begin - end);
    if (std::ranges::any_of(padding, [](uint8_t byte) { return byte != 0; }))
      return no_gguf(
          fmt::format("bytes that are no padding lie before the tensor '{}'", info.name));
    info.tensor.bytes = data.subspan(begin, info.bytes);
    end = begin + info.bytes;
    if (!tensors.emplace(info.name, info.tensor).second)
      return no_gguf(fmt::format("it has the tensor '{}' twice", info.name));
  }
  const ByteView rest = data.subspan(end);
  if (rest.size() >= alignment || std::ranges::any_of(rest, [](uint8_t byte) { return byte != 0; }))
    return no_gguf("bytes follow the last tensor");
  return {};
}

template <typename T>
Result<T> one(const GgufKeys& keys, std::string_view key, std::string_view what) {
  const auto found = keys.find(key);
  if (found == keys.end()) return invalid_input(fmt::format("the key {} is missing", key));
  const auto* const values = std::get_if<std::vector<T>>(&found->second.elements);
  if (values == nullptr || found->second.is_array)
    return invalid_input(fmt::format("the key {} is no {}", key, what));
  return values->front();
}

template <typename T>
Result<const std::vector<T>*> all(const GgufKeys& keys, std::string_view key,
                                  std::string_view what) {
  const auto found = keys.find(key);
  if (found == keys.end()) return invalid_input(fmt::format("the key {} is missing", key));
  const auto* const values = std::get_if<std::vector<T>>(&found->second.elements);
  if (values == nullptr || !found->second.is_array)
    return invalid_input(fmt::format("the key {} is no array of {}", key, what));
  return values;
}

void append_text(Bytes& out, std::string_view text) {
  append_little_endian(out, static_cast<uint64_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
}

// Little-endian integers are cut after the bytes they have.
void append_integer(Bytes& out, GgufType type, int64_t value) {
  Bytes bytes;
  append_little_endian(bytes, static_cast<uint64_t>(value));
  out.insert(out.end(), bytes.begin(),
             bytes.begin() + static_cast<std::ptrdiff_t>(element_bytes(type)));
}

void append_value(Bytes& out, const GgufValue& value) {
  const auto type = static_cast<uint32_t>(value.type);
  if (value.is_array) append_little_endian(out, static_cast<uint32_t>(GgufType::kArray));
  append_little_endian(out, type);
  std::visit(
      [&](const auto& elements) {
        if (value.is_array) append_little_endian(out, static_cast<uint64_t>(elements.size()));
        for (const auto& element : elements) {
          if constexpr (std::is_same_v<std::decay_t<decltype(element)>, std::string>)
            append_text(out, element);
          else if constexpr (std::is_same_v<std::decay_t<decltype(element)>, int64_t>)
            append_integer(out, value.type, element);
          else if (value.type == GgufType::kFloat32)
            append_little_endian(out, static_cast<float>(element));
          else
            append_little_endian(out, element);
        }
      },
      value.elements);
}

uint64_t written_bytes(const GgufTensorToWrite& tensor) {
  const GgufBlock block = *gguf_block(static_cast<uint32_t>(tensor.form));
  return static_cast<uint64_t>(std::ssize(tensor.values) / block.numbers * block.bytes);
}

Bytes header_of(const GgufKeys& keys, const std::vector<GgufTensorToWrite>& tensors) {
  Bytes out;
  out.insert(out.end(), kMagic.begin(), kMagic.end());
  append_little_endian(out, kVersion);
  append_little_endian(out, static_cast<uint64_t>(tensors.size()));
  append_little_endian(out, static_cast<uint64_t>(keys.size()));
  const auto append_key = [&](const auto& entry) {
    append_text(out, entry.first);
    append_value(out, entry.second);
  };
  append_key(*keys.find(kArchitectureKey));
  for (const auto& entry : keys) {
    if (entry.first != kArchitectureKey) append_key(entry);
  }
  uint64_t offset = 0;
  for (const GgufTensorToWrite& tensor : tensors) {
    GLASS_CHECK(!tensor.name.empty() && tensor.name.size() <= kMostNameBytes);
    GLASS_CHECK(element_count(tensor.shape) == std::ssize(tensor.values));
    append_text(out, tensor.name);
    append_little_endian(out, static_cast<uint32_t>(tensor.shape.size()));
    for (auto extent = tensor.shape.rbegin(); extent != tensor.shape.rend(); ++extent)
      append_little_endian(out, static_cast<uint64_t>(*extent));
    append_little_endian(out, static_cast<uint32_t>(tensor.form));
    append_little_endian(out, offset);
    offset = aligned(offset + written_bytes(tensor), kDefaultAlignment);
  }
  out.resize(aligned(out.size(), kDefaultAlignment));
  return out;
}

}  // namespace

GgufValue GgufValue::integer(GgufType type, int64_t value) {
  return {.type = type, .is_array = false, .elements = std::vector<int64_t>{value}};
}

GgufValue GgufValue::number(float value) {
  return {.type = GgufType::kFloat32,
          .is_array = false,
          .elements = std::vector<double>{static_cast<double>(value)}};
}

GgufValue GgufValue::text(std::string value) {
  return {.type = GgufType::kString,
          .is_array = false,
          .elements = std::vector<std::string>{std::move(value)}};
}

GgufValue GgufValue::texts(std::vector<std::string> values) {
  return {.type = GgufType::kString, .is_array = true, .elements = std::move(values)};
}

GgufValue GgufValue::integers(GgufType type, std::vector<int64_t> values) {
  return {.type = type, .is_array = true, .elements = std::move(values)};
}

GgufValue GgufValue::numbers(std::span<const float> values) {
  return {.type = GgufType::kFloat32,
          .is_array = true,
          .elements = std::vector<double>(values.begin(), values.end())};
}

Result<Gguf> Gguf::parse(ByteView file) {
  Reader reader(file);
  GLASS_TRY(const ByteView magic, reader.take(kMagic.size(), "its first bytes"));
  if (as_text(magic) != kMagic) return no_gguf("it does not begin with GGUF");
  GLASS_TRY(const uint32_t version, reader.number<uint32_t>("its version"));
  if (version != kVersion)
    return invalid_input(
        fmt::format("it is GGUF of version {}, only {} is read", version, kVersion));
  GLASS_TRY(const uint64_t tensors, reader.number<uint64_t>("the number of tensors"));
  GLASS_TRY(const uint64_t keys, reader.number<uint64_t>("the number of keys"));
  if (tensors > kMostGgufTensors || keys > kMostGgufKeys)
    return no_gguf(fmt::format("it promises {} tensors and {} keys", tensors, keys));
  Gguf gguf;
  for (uint64_t i = 0; i < keys; ++i) {
    GLASS_TRY(std::string key, reader.text("a key"));
    GLASS_TRY(GgufValue value, read_value(reader, key));
    if (key.empty() || !gguf.keys_.emplace(key, std::move(value)).second)
      return no_gguf(fmt::format("it has the key '{}' twice, or an empty one", key));
  }
  std::vector<TensorInfo> infos;
  for (uint64_t i = 0; i < tensors; ++i) {
    GLASS_TRY(infos.emplace_back(), read_info(reader));
  }
  GLASS_TRY(const uint64_t alignment, alignment_of(gguf.keys_));
  const uint64_t begin = file.size() - reader.left();
  const uint64_t padding = aligned(begin, alignment) - begin;
  // A file without tensors may end before its padding.
  GLASS_TRY(const ByteView zeros,
            reader.take(std::min<uint64_t>(padding, tensors == 0 ? reader.left() : padding),
                        "the padding before its data"));
  if (std::ranges::any_of(zeros, [](uint8_t byte) { return byte != 0; }))
    return no_gguf("bytes that are no padding lie before its data");
  GLASS_TRY_STATUS(place_tensors(infos, file.last(reader.left()), alignment, gguf.tensors_));
  return gguf;
}

Result<int64_t> gguf_integer(const GgufKeys& keys, std::string_view key) {
  return one<int64_t>(keys, key, "integer");
}

Result<double> gguf_number(const GgufKeys& keys, std::string_view key) {
  return one<double>(keys, key, "floating-point number");
}

Result<std::string> gguf_text(const GgufKeys& keys, std::string_view key) {
  return one<std::string>(keys, key, "text");
}

Result<const std::vector<std::string>*> gguf_texts(const GgufKeys& keys, std::string_view key) {
  return all<std::string>(keys, key, "texts");
}

Result<const std::vector<int64_t>*> gguf_integers(const GgufKeys& keys, std::string_view key) {
  return all<int64_t>(keys, key, "integers");
}

Result<const std::vector<double>*> gguf_numbers(const GgufKeys& keys, std::string_view key) {
  return all<double>(keys, key, "floating-point numbers");
}

GgufFile::GgufFile(std::unique_ptr<system::MappedFile> mapped, Gguf content)
    : mapped_(std::move(mapped)), content_(std::move(content)) {}

Result<GgufFile> GgufFile::open(system::Files& files, const system::Path& file) {
  GLASS_TRY(auto mapped, files.map(file));
  auto content = Gguf::parse(mapped->bytes());
  if (!content) return in_context(file.string(), std::move(content).error());
  return GgufFile(std::move(mapped), std::move(*content));
}

Status Gguf::copy_floats(std::string_view name, std::span<const int64_t> shape,
                         std::span<float> out) const {
  const auto found = tensors_.find(std::string(name));
  if (found == tensors_.end()) return no_gguf(fmt::format("the tensor '{}' is missing", name));
  const GgufTensor& tensor = found->second;
  if (!std::ranges::equal(tensor.shape, shape))
    return no_gguf(fmt::format("the tensor '{}' has the shape {}, expected {}", name,
                               to_text(tensor.shape), to_text(shape)));
  read_gguf_blocks(tensor.form, tensor.bytes, out);
  return {};
}

Status write_gguf(system::WritableFile& out, const GgufKeys& keys,
                  const std::vector<GgufTensorToWrite>& tensors) {
  GLASS_CHECK(keys.find(kArchitectureKey) != keys.end());
  GLASS_CHECK(keys.find(kAlignmentKey) == keys.end());  // ours is the default
  GLASS_TRY_STATUS(out.append(header_of(keys, tensors)));
  for (const GgufTensorToWrite& tensor : tensors) {
    Bytes bytes;
    for (std::span<const float> left = tensor.values; !left.empty();) {
      const size_t count = std::min(left.size(), static_cast<size_t>(kNumbersAtOnce));
      bytes.clear();
      append_gguf_blocks(tensor.form, left.first(count), bytes);
      left = left.subspan(count);
      GLASS_TRY_STATUS(out.append(bytes));
    }
    const uint64_t stored = written_bytes(tensor);
    GLASS_TRY_STATUS(out.append(Bytes(aligned(stored, kDefaultAlignment) - stored)));
  }
  return {};
}

}  // namespace glass::engine

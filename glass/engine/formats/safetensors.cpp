#include "glass/engine/formats/safetensors.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/half.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/engine/tensor/dtype.h"
#include "glass/engine/tensor/shape.h"
#include "glass/system/files.h"

namespace glass::engine {
namespace {

constexpr std::string_view kMetadata = "__metadata__";
constexpr size_t kLengthBytes = 8;

struct StoredType {
  std::string_view name;
  uint64_t bits;
};

// In the format's own order, which the writer's order of tensors follows backwards.
constexpr std::array kStoredTypes = {
    StoredType{"BOOL", 8},        StoredType{"F4", 4},          StoredType{"F6_E2M3", 6},
    StoredType{"F6_E3M2", 6},     StoredType{"U8", 8},          StoredType{"I8", 8},
    StoredType{"F8_E5M2", 8},     StoredType{"F8_E4M3", 8},     StoredType{"F8_E8M0", 8},
    StoredType{"F8_E4M3FNUZ", 8}, StoredType{"F8_E5M2FNUZ", 8}, StoredType{"I16", 16},
    StoredType{"U16", 16},        StoredType{"F16", 16},        StoredType{"BF16", 16},
    StoredType{"I32", 32},        StoredType{"U32", 32},        StoredType{"F32", 32},
    StoredType{"C64", 64},        StoredType{"F64", 64},        StoredType{"I64", 64},
    StoredType{"U64", 64},
};

const StoredType* find_type(std::string_view name) {
  const auto* const found = std::ranges::find(kStoredTypes, name, &StoredType::name);
  return found == kStoredTypes.end() ? nullptr : found;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && std::ranges::none_of(name, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

tl::unexpected<Error> corrupt(std::string what) {
  return fail(ErrorCode::kCorruption, "not a valid safetensors file: " + std::move(what));
}

// What the JSON reader cannot see: how much there will be to read, and whether a number was written
// as a count (to it, 1.0 and 1 are the same number).
Status check_text(std::string_view header) {
  int64_t values = 0;
  bool in_string = false;
  for (size_t i = 0; i < header.size(); ++i) {
    const char c = header[i];
    if (in_string && c == '\\') {
      ++i;  // the next character is escaped
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string) {
      if (c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E')
        return corrupt("its header holds a number that is not a plain count");
      if (c == ',' || c == '[' || c == '{') ++values;
    }
  }
  if (values > kMaxHeaderValues)
    return corrupt(fmt::format("its header holds more than {} values", kMaxHeaderValues));
  return {};
}

// The header's text, and the data behind it.
struct Parts {
  std::string_view header;
  ByteView data;
};

Result<Parts> split_file(ByteView file) {
  if (file.size() < kLengthBytes) return corrupt("it is shorter than 8 bytes");
  const auto length = load_little_endian<uint64_t>(file.data());
  if (length > kMaxHeaderBytes)
    return corrupt(
        fmt::format("its header of {} bytes is over the limit of {}", length, kMaxHeaderBytes));
  if (length > file.size() - kLengthBytes)
    return corrupt(fmt::format("its header of {} bytes is cut off", length));
  const std::string_view header = as_text(file.subspan(kLengthBytes, length));
  if (!header.starts_with('{')) return corrupt("its header does not start with '{'");
  GLASS_TRY_STATUS(check_text(header));
  return Parts{.header = header, .data = file.subspan(kLengthBytes + length)};
}

Result<Shape> read_extents(const Json& entry, std::string_view key) {
  GLASS_TRY(const Json::Array* const list, entry.get_array(key));
  Shape extents;
  for (const Json& item : *list) {
    const int64_t* const extent = item.if_int();
    if (extent == nullptr || *extent < 0)
      return fail(ErrorCode::kCorruption,
                  fmt::format("'{}' holds something that is not a count", key));
    extents.push_back(*extent);
  }
  return extents;
}

Result<uint64_t> stored_bytes(std::string_view dtype, const Shape& shape) {
  const StoredType* const type = find_type(dtype);
  if (type == nullptr)
    return fail(ErrorCode::kCorruption, fmt::format("element type '{}' is unknown", dtype));
  GLASS_TRY(const int64_t count, element_count(shape));
  uint64_t bits = 0;
  if (__builtin_mul_overflow(static_cast<uint64_t>(count), type->bits, &bits))
    return fail(ErrorCode::kCorruption, fmt::format("shape {} is too large", to_text(shape)));
  if (bits % 8 != 0)
    return fail(ErrorCode::kCorruption,
                fmt::format("shape {} of type {} ends inside a byte", to_text(shape), dtype));
  return bits / 8;
}

struct Placed {
  uint64_t begin, end;
  std::string_view name;
};

// One entry of the header; its bytes are a view once `tile` has checked that they exist.
Result<Placed> read_entry(std::string_view name, const Json& entry, StoredTensor& tensor) {
  const Json::Object* const fields = entry.if_object();
  if (fields == nullptr) return fail(ErrorCode::kCorruption, "it is not an object");
  if (fields->size() != 3)
    return fail(ErrorCode::kCorruption, "it must have dtype, shape and data_offsets and no more");
  GLASS_TRY(tensor.dtype, entry.get_string("dtype"));
  GLASS_TRY(tensor.shape, read_extents(entry, "shape"));
  GLASS_TRY(const Shape offsets, read_extents(entry, "data_offsets"));
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    return fail(ErrorCode::kCorruption, "data_offsets must be [begin, end]");
  const Placed placed{.begin = static_cast<uint64_t>(offsets[0]),
                      .end = static_cast<uint64_t>(offsets[1]),
                      .name = name};
  GLASS_TRY(const uint64_t bytes, stored_bytes(tensor.dtype, tensor.shape));
  if (bytes != placed.end - placed.begin)
    return fail(ErrorCode::kCorruption,
                fmt::format("its shape {} of type {} needs {} bytes, its offsets give {}",
                            to_text(tensor.shape), tensor.dtype, bytes, placed.end - placed.begin));
  return placed;
}

Result<std::map<std::string, std::string>> read_metadata(const Json& value) {
  std::map<std::string, std::string> metadata;
  const Json::Object* const pairs = value.if_object();
  if (pairs == nullptr) return corrupt("__metadata__ is not an object");
  for (const auto& [key, text] : *pairs) {
    if (text.if_string() == nullptr)
      return corrupt(fmt::format("__metadata__ '{}' is not a string", key));
    metadata.emplace(key, *text.if_string());
  }
  return metadata;
}

// Sorted by place, the tensors must cover the data exactly.
Status check_tiling(std::vector<Placed>& places, uint64_t data_bytes) {
  std::ranges::sort(places, {}, [](const Placed& p) { return std::tuple(p.begin, p.end); });
  uint64_t at = 0;
  for (const Placed& place : places) {
    if (place.begin != at)
      return corrupt(fmt::format("tensor '{}' begins at byte {} of the data, not at {}", place.name,
                                 place.begin, at));
    at = place.end;
  }
  if (at != data_bytes)
    return corrupt(
        fmt::format("its tensors take {} bytes, the file holds {} for them", at, data_bytes));
  return {};
}

size_t type_rank(DType dtype) {
  return static_cast<size_t>(find_type(name(dtype)) - kStoredTypes.data());
}

void sort_for_writing(std::vector<TensorToWrite>& tensors) {
  std::ranges::sort(tensors, [](const TensorToWrite& a, const TensorToWrite& b) {
    if (a.dtype != b.dtype) return type_rank(a.dtype) > type_rank(b.dtype);
    return a.name < b.name;
  });
}

std::string header_text(std::span<const TensorToWrite> tensors,
                        const std::map<std::string, std::string>& metadata) {
  std::string text = "{";
  const auto separate = [&] {
    if (text.size() > 1) text += ',';
  };
  if (!metadata.empty()) {
    Json::Object pairs;
    for (const auto& [key, value] : metadata) pairs.emplace(key, value);
    text += fmt::format("\"{}\":{}", kMetadata, to_canonical(pairs));
  }
  uint64_t begin = 0;
  for (const TensorToWrite& tensor : tensors) {
    separate();
    const uint64_t end = begin + tensor.bytes.size();
    const Json::Array shape(tensor.shape.begin(), tensor.shape.end());
    text +=
        fmt::format(R"({}:{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})",
                    json_quote(tensor.name), name(tensor.dtype), to_canonical(shape), begin, end);
    begin = end;
  }
  text += '}';
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

// REQUIRES: sorted.
Bytes header_bytes(std::span<const TensorToWrite> tensors,
                   const std::map<std::string, std::string>& metadata) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    const TensorToWrite& tensor = tensors[i];
    GLASS_CHECK(is_plain_name(tensor.name) && tensor.name != kMetadata);
    GLASS_CHECK(i == 0 || tensors[i - 1].name != tensor.name);
    const auto count = element_count(tensor.shape);
    GLASS_CHECK(count &&
                static_cast<size_t>(*count * size_bytes(tensor.dtype)) == tensor.bytes.size());
  }
  const std::string header = header_text(tensors, metadata);
  Bytes bytes;
  append_little_endian<uint64_t>(bytes, header.size());
  const ByteView text = as_bytes(header);
  bytes.insert(bytes.end(), text.begin(), text.end());
  return bytes;
}

}  // namespace

Result<Safetensors> Safetensors::parse(ByteView file) {
  GLASS_TRY(const Parts parts, split_file(file));
  const auto header = parse_json(parts.header);
  if (!header) return corrupt("its header: " + header.error().message);
  const Json::Object* const entries = header->if_object();
  GLASS_CHECK(entries != nullptr);  // it starts with '{'

  Safetensors parsed;
  std::vector<Placed> places;
  for (const auto& [key, value] : *entries) {
    if (key == kMetadata) {
      GLASS_TRY(parsed.metadata_, read_metadata(value));
      continue;
    }
    if (!is_plain_name(key)) return corrupt("a tensor's name is empty or holds control characters");
    StoredTensor& tensor = parsed.tensors_[key];
    const auto place = read_entry(key, value, tensor);
    if (!place) return corrupt(fmt::format("tensor '{}': {}", key, place.error().message));
    places.push_back(*place);
  }
  GLASS_TRY_STATUS(check_tiling(places, parts.data.size()));
  for (const Placed& place : places)
    parsed.tensors_.find(std::string(place.name))->second.bytes =
        parts.data.subspan(place.begin, place.end - place.begin);
  return parsed;
}

namespace {

void copy_f32(ByteView bytes, std::span<float> out) {
  GLASS_CHECK(out.size_bytes() == bytes.size());
  if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size_bytes());
}

template <float (*widen)(uint16_t)>
void copy_halves(ByteView bytes, std::span<float> out) {
  GLASS_CHECK(out.size() * sizeof(uint16_t) == bytes.size());
  for (size_t i = 0; i < out.size(); ++i)
    out[i] = widen(load_little_endian<uint16_t>(bytes.data() + i * sizeof(uint16_t)));
}

using Conversion = void (*)(ByteView, std::span<float>);

// Null: numbers of this type are not read as floats.
Conversion conversion_of(std::string_view dtype) {
  if (dtype == "F32") return copy_f32;
  if (dtype == "F16") return copy_halves<float_from_half>;
  if (dtype == "BF16") return copy_halves<float_from_bfloat16>;
  return nullptr;
}

}  // namespace

Status Safetensors::copy_floats(std::string_view name, std::span<const int64_t> shape,
                                std::span<float> out) const {
  const auto found = tensors_.find(std::string(name));
  if (found == tensors_.end())
    return fail(ErrorCode::kCorruption, fmt::format("tensor '{}' is missing", name));
  const StoredTensor& tensor = found->second;
  const auto convert = conversion_of(tensor.dtype);
  if (convert == nullptr || !std::ranges::equal(tensor.shape, shape))
    return fail(ErrorCode::kCorruption,
                fmt::format("tensor '{}' is {} {}, expected F32, F16 or BF16 {}", name,
                            tensor.dtype, to_text(tensor.shape), to_text(shape)));
  convert(tensor.bytes, out);
  return {};
}

SafetensorsFile::SafetensorsFile(std::unique_ptr<system::MappedFile> mapped, Safetensors content)
    : mapped_(std::move(mapped)), content_(std::move(content)) {}

Result<SafetensorsFile> SafetensorsFile::open(system::Files& files, const system::Path& file) {
  GLASS_TRY(auto mapped, files.map(file));
  auto content = Safetensors::parse(mapped->bytes());
  if (!content) return in_context(file.string(), std::move(content).error());
  return SafetensorsFile(std::move(mapped), std::move(*content));
}

TensorToWrite float_tensor(std::string name, Shape shape, std::span<const float> values) {
  return {.name = std::move(name),
          .dtype = DType::kF32,
          .shape = std::move(shape),
          .bytes = as_bytes(values)};
}

Bytes safetensors_header(std::vector<TensorToWrite> tensors,
                         const std::map<std::string, std::string>& metadata) {
  sort_for_writing(tensors);
  return header_bytes(tensors, metadata);
}

Status write_safetensors(system::WritableFile& out, std::vector<TensorToWrite> tensors,
                         const std::map<std::string, std::string>& metadata) {
  sort_for_writing(tensors);
  GLASS_TRY_STATUS(out.append(header_bytes(tensors, metadata)));
  for (const TensorToWrite& tensor : tensors) GLASS_TRY_STATUS(out.append(tensor.bytes));
  return {};
}

}  // namespace glass::engine

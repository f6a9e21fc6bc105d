#include "glass/data/corpus/document_store.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/json.h"

namespace glass::data {
namespace {

constexpr std::string_view kMagic = "glass-documents-1\n";
constexpr std::string_view kFooterMagic = "\nglass-documents-1 footer\n";

// A record: text offset u64, text bytes u64, path offset u64, path bytes u32, source u32,
// language u32, licence u32, flags u32, zero u32, sha256.
constexpr uint64_t kRecordBytes = 80;
constexpr uint64_t kFlagsOffset = 40;
constexpr uint32_t kHeldOutFlag = 1;

// The footer: document count u64, text end u64, records end u64, paths end u64 (all offsets in the
// file), SHA-256 of [text end, names end), magic. The names end where the footer begins.
constexpr uint64_t kFooterBytes = 4 * 8 + 32 + kFooterMagic.size();
constexpr size_t kStoreFlushBytes = size_t{4} << 20;

struct Record {
  uint64_t text_offset, text_bytes, path_offset;
  uint32_t path_bytes, source, language, licence, flags;
  crypto::Digest sha256;
};

Record read_record(const uint8_t* at) {
  Record record{.text_offset = load_little_endian<uint64_t>(at),
                .text_bytes = load_little_endian<uint64_t>(at + 8),
                .path_offset = load_little_endian<uint64_t>(at + 16),
                .path_bytes = load_little_endian<uint32_t>(at + 24),
                .source = load_little_endian<uint32_t>(at + 28),
                .language = load_little_endian<uint32_t>(at + 32),
                .licence = load_little_endian<uint32_t>(at + 36),
                .flags = load_little_endian<uint32_t>(at + kFlagsOffset),
                .sha256 = {}};
  std::memcpy(record.sha256.bytes.data(), at + 48, 32);
  return record;
}

void append_record(Bytes& out, const Record& record) {
  append_little_endian(out, record.text_offset);
  append_little_endian(out, record.text_bytes);
  append_little_endian(out, record.path_offset);
  append_little_endian(out, record.path_bytes);
  append_little_endian(out, record.source);
  append_little_endian(out, record.language);
  append_little_endian(out, record.licence);
  append_little_endian(out, record.flags);
  append_little_endian(out, uint32_t{0});
  out.insert(out.end(), record.sha256.bytes.begin(), record.sha256.bytes.end());
}

tl::unexpected<Error> damaged(const std::string& path, std::string_view what) {
  return fail(ErrorCode::kCorruption,
              fmt::format("{}: {}. The file is damaged; remove the corpus folder and build the "
                          "corpus again.",
                          path, what));
}

struct Footer {
  uint64_t count, text_end, records_end, paths_end, names_end;
  crypto::Digest index;
};

Result<Footer> read_footer(ByteView bytes, const std::string& path) {
  if (bytes.size() < kMagic.size() + kFooterBytes) return damaged(path, "it is too short");
  if (as_text(bytes.first(kMagic.size())) != kMagic)
    return damaged(path, "it does not begin as a document store of version 1");
  const uint8_t* at = bytes.data() + (bytes.size() - kFooterBytes);
  Footer footer{.count = load_little_endian<uint64_t>(at),
                .text_end = load_little_endian<uint64_t>(at + 8),
                .records_end = load_little_endian<uint64_t>(at + 16),
                .paths_end = load_little_endian<uint64_t>(at + 24),
                .names_end = bytes.size() - kFooterBytes,
                .index = {}};
  std::memcpy(footer.index.bytes.data(), at + 32, 32);
  if (as_text(bytes.last(kFooterMagic.size())) != kFooterMagic)
    return damaged(path, "its last bytes are missing");
  const bool ordered = kMagic.size() <= footer.text_end && footer.text_end <= footer.records_end &&
                       footer.records_end <= footer.paths_end &&
                       footer.paths_end <= footer.names_end;
  if (!ordered || (footer.records_end - footer.text_end) % kRecordBytes != 0 ||
      (footer.records_end - footer.text_end) / kRecordBytes != footer.count)
    return damaged(path, "its footer names impossible places");
  const ByteView index = bytes.subspan(footer.text_end, footer.names_end - footer.text_end);
  if (crypto::sha256(index) != footer.index)
    return damaged(path, "its index does not have the digest in its footer");
  return footer;
}

Result<std::vector<std::string>> read_names(const Json& names, std::string_view key) {
  GLASS_TRY(const Json::Array* const values, names.get_array(key));
  std::vector<std::string> out;
  for (const Json& value : *values) {
    const std::string* text = value.if_string();
    if (text == nullptr) return fail(ErrorCode::kCorruption, "a name is no text");
    out.push_back(*text);
  }
  return out;
}

Json names_json(const std::vector<std::string>& names) {
  Json::Array out;
  for (const std::string& name : names) out.emplace_back(name);
  return {std::move(out)};
}

}  // namespace

Result<DocumentStore> DocumentStore::open(system::Files& files, const system::Path& file) {
  GLASS_TRY(std::unique_ptr<system::MappedFile> mapped, files.map(file));
  return read(std::move(mapped), file.string());
}

Result<DocumentStore> DocumentStore::read(std::unique_ptr<system::MappedFile> file,
                                          std::string path) {
  DocumentStore store;
  store.path_ = std::move(path);
  store.file_ = std::move(file);
  const ByteView bytes = store.file_->bytes();
  GLASS_TRY(const Footer footer, read_footer(bytes, store.path_));
  store.count_ = footer.count;
  store.text_bytes_ = footer.text_end - kMagic.size();
  store.records_ = bytes.data() + footer.text_end;
  store.paths_ = as_text(bytes.subspan(footer.records_end, footer.paths_end - footer.records_end));
  const auto names =
      parse_json(as_text(bytes.subspan(footer.paths_end, footer.names_end - footer.paths_end)));
  if (!names) return damaged(store.path_, "its table of names is no JSON");
  auto sources = read_names(*names, "sources");
  auto languages = read_names(*names, "languages");
  auto licences = read_names(*names, "licences");
  if (!sources || !languages || !licences)
    return damaged(store.path_, "its table of names is incomplete");
  store.sources_ = *std::move(sources);
  store.languages_ = *std::move(languages);
  store.licences_ = *std::move(licences);

  uint64_t text_at = kMagic.size();
  for (uint64_t id = 0; id < footer.count; ++id) {
    const Record record = read_record(store.records_ + id * kRecordBytes);
    const bool sound = record.text_offset == text_at && record.text_bytes > 0 &&
                       record.text_bytes <= footer.text_end - text_at &&
                       record.path_offset <= store.paths_.size() &&
                       record.path_bytes <= store.paths_.size() - record.path_offset &&
                       record.source < store.sources_.size() &&
                       record.language < store.languages_.size() &&
                       record.licence < store.licences_.size() && record.flags <= kHeldOutFlag;
    if (!sound) return damaged(store.path_, fmt::format("its record {} is impossible", id));
    text_at += record.text_bytes;
  }
  if (text_at != footer.text_end) return damaged(store.path_, "its texts have gaps");
  return store;
}

Document DocumentStore::document(uint64_t id) const {
  GLASS_CHECK(id < count_);
  const Record record = read_record(records_ + id * kRecordBytes);
  return {.text = as_text(file_->bytes().subspan(record.text_offset, record.text_bytes)),
          .source = sources_[record.source],
          .path = paths_.substr(record.path_offset, record.path_bytes),
          .language = languages_[record.language],
          .licence = licences_[record.licence],
          .sha256 = record.sha256,
          .held_out = record.flags == kHeldOutFlag};
}

crypto::Digest DocumentStore::digest() const {
  crypto::Sha256 hash;
  for (uint64_t id = 0; id < count_; ++id)
    hash.update(ByteView(records_ + id * kRecordBytes + 48, 32));
  return hash.finish();
}

Status DocumentStore::verify(Parallel& parallel) const {
  std::vector<std::optional<uint64_t>> first_bad(static_cast<size_t>(parallel.workers()));
  parallel.split(static_cast<int64_t>(count_), 1, [&](int64_t begin, int64_t end, int worker) {
    for (int64_t id = begin; id < end; ++id) {
      const Document found = document(static_cast<uint64_t>(id));
      if (crypto::sha256(found.text) == found.sha256) continue;
      first_bad[static_cast<size_t>(worker)] = static_cast<uint64_t>(id);
      return;
    }
  });
  const auto bad = std::ranges::find_if(first_bad, [](const auto& id) { return id.has_value(); });
  if (bad == first_bad.end()) return {};
  const Document found = document(**bad);
  return damaged(path_, fmt::format("the text of document {} ({}, {}) does not have its digest",
                                    **bad, found.source, found.path));
}

uint32_t DocumentStoreWriter::Names::number_of(std::string_view name) {
  const auto found = numbers.find(name);
  if (found != numbers.end()) return found->second;
  const auto number = static_cast<uint32_t>(names.size());
  names.emplace_back(name);
  numbers.emplace(name, number);
  return number;
}

Result<DocumentStoreWriter> DocumentStoreWriter::create(system::Files& files,
                                                        const system::Path& file) {
  DocumentStoreWriter writer;
  GLASS_TRY(writer.file_, files.create(file));
  const ByteView magic = as_bytes(kMagic);
  writer.buffer_.assign(magic.begin(), magic.end());
  writer.text_end_ = kMagic.size();
  return writer;
}

Status DocumentStoreWriter::add(const Document& document) {
  GLASS_CHECK(!document.text.empty());
  GLASS_CHECK(document.path.size() <= std::numeric_limits<uint32_t>::max());
  append_record(records_, {.text_offset = text_end_,
                           .text_bytes = document.text.size(),
                           .path_offset = paths_.size(),
                           .path_bytes = static_cast<uint32_t>(document.path.size()),
                           .source = sources_.number_of(document.source),
                           .language = languages_.number_of(document.language),
                           .licence = licences_.number_of(document.licence),
                           .flags = document.held_out ? kHeldOutFlag : 0,
                           .sha256 = document.sha256});
  paths_ += document.path;
  text_end_ += document.text.size();
  ++count_;
  const ByteView text = as_bytes(document.text);
  buffer_.insert(buffer_.end(), text.begin(), text.end());
  return buffer_.size() >= kStoreFlushBytes ? flush() : Status{};
}

void DocumentStoreWriter::hold_out(uint64_t id) {
  GLASS_CHECK(id < count_);
  std::memcpy(records_.data() + id * kRecordBytes + kFlagsOffset, &kHeldOutFlag, sizeof(uint32_t));
}

Status DocumentStoreWriter::flush() {
  GLASS_TRY_STATUS(file_->append(buffer_));
  buffer_.clear();
  return {};
}

Status DocumentStoreWriter::finish() {
  GLASS_TRY_STATUS(flush());
  const std::string names = to_canonical(Json::Object{{"languages", names_json(languages_.names)},
                                                      {"licences", names_json(licences_.names)},
                                                      {"sources", names_json(sources_.names)}});
  Bytes& index = buffer_;
  index = std::move(records_);
  const uint64_t records_end = text_end_ + index.size();
  index.insert(index.end(), paths_.begin(), paths_.end());
  const uint64_t paths_end = text_end_ + index.size();
  index.insert(index.end(), names.begin(), names.end());
  const crypto::Digest digest = crypto::sha256(index);
  append_little_endian(index, count_);
  append_little_endian(index, text_end_);
  append_little_endian(index, records_end);
  append_little_endian(index, paths_end);
  index.insert(index.end(), digest.bytes.begin(), digest.bytes.end());
  const ByteView magic = as_bytes(kFooterMagic);
  index.insert(index.end(), magic.begin(), magic.end());
  GLASS_TRY_STATUS(flush());
  GLASS_TRY_STATUS(file_->sync());
  return file_->close();
}

}  // namespace glass::data

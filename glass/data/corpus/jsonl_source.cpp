// Units of JSONL files: one file each.
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/data/corpus/internal/unit.h"
#include "glass/data/ingest/decompress.h"
#include "glass/data/ingest/jsonl.h"

namespace glass::data {
namespace {

constexpr uint64_t kJsonlFileLimit = uint64_t{8} << 30;

class JsonlReader {
 public:
  JsonlReader(const UnitContext& context, const CorpusSource& source, const JsonlSource& jsonl,
              const system::Path& file)
      : context_(context), jsonl_(jsonl), file_(file), collector_(context, source.name) {}

  Result<UnitResult> read() {
    GLASS_TRY(const auto mapped, context_.services.files.map(file_));
    const Compression compression = compression_of(file_.string());
    Bytes unpacked;
    if (compression != Compression::kNone) {
      auto bytes = decompress(compression, mapped->bytes(), kJsonlFileLimit);
      if (!bytes) return in_context(file_.string(), bytes.error());
      unpacked = *std::move(bytes);
    }
    const ByteView content =
        compression == Compression::kNone ? mapped->bytes() : ByteView(unpacked);
    const JsonlFields fields{.form = jsonl_.form,
                             .text = jsonl_.text_field,
                             .id = jsonl_.id_field,
                             .licence = jsonl_.licence_field,
                             .language = jsonl_.language_field};
    const Status status = read_jsonl(as_text(content), fields, [this](JsonlRecord record) {
      add(std::move(record));
      return Status{};
    });
    if (!status) return in_context(file_.string(), status.error());
    collector_.note("file", file_.filename().string());
    collector_.note("sha256", crypto::to_text(crypto::sha256(mapped->bytes())));
    return collector_.finish();
  }

 private:
  void add(JsonlRecord record) {
    collector_.count_in(record.text.size());
    const std::string path = record.id.empty()
                                 ? fmt::format("{}:{}", file_.filename().string(), record.line)
                                 : record.id;
    const FileRights rights =
        record.licence.empty()
            ? rights_of_text(jsonl_.licence, "declared by the recipe", context_.policy)
            : rights_of_text(record.licence, "field " + jsonl_.licence_field, context_.policy);
    if (!collector_.allow(path, rights)) return;
    if (record.text.find('\0') != std::string::npos) return collector_.drop(path, "binary");
    const std::string& language = record.language.empty() ? jsonl_.language : record.language;
    collector_.add({.path = path,
                    .rule = "plain/1",
                    .language = language.empty() ? "und" : language,
                    .bytes = record.text.size(),
                    .sha256 = crypto::sha256(record.text)},
                   rights, std::move(record.text));
  }

  const UnitContext& context_;
  const JsonlSource& jsonl_;
  const system::Path& file_;
  UnitCollector collector_;
};

}  // namespace

Result<std::vector<Unit>> jsonl_units(const UnitContext& context, size_t source,
                                      const JsonlSource& jsonl) {
  if (jsonl.files.empty())
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the source {} names no files", context.config.sources[source].name));
  std::vector<Unit> units;
  for (const system::Path& file : jsonl.files) {
    if (!context.services.files.exists(file))
      return fail(
          ErrorCode::kInvalidInput,
          fmt::format("there is no file {}; correct the path in the recipe", file.string()));
    units.push_back(
        {.label = file.filename().string(),
         .source = source,
         .read = [&context, source, &jsonl, &file] {
           return JsonlReader(context, context.config.sources[source], jsonl, file).read();
         }});
  }
  return units;
}

}  // namespace glass::data

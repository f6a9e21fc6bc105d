#include "glass/data/corpus/internal/debian_source.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/data/dedup/line_dedup.h"
#include "glass/data/ingest/deb.h"
#include "glass/data/ingest/decompress.h"
#include "glass/data/ingest/file_kind.h"
#include "glass/data/ingest/text_rule.h"
#include "glass/data/rights/dep5.h"

namespace glass::data {
namespace {

constexpr uint64_t kDataLimit = uint64_t{4} << 30;      // an unpacked data.tar
constexpr uint64_t kMemberLimit = uint64_t{256} << 20;  // an unpacked file inside

struct Copyright {
  std::string_view text;
  std::string missing;  // why there is no text
};

Copyright find_copyright(const DebPackage& deb) {
  const std::string folder = "usr/share/doc/" + deb.name();
  const std::string file = folder + "/copyright";
  for (const TarEntry& entry : deb.entries) {
    if (entry.path != folder && entry.path != file) continue;
    if (entry.kind == TarEntry::Kind::kLink)
      return {.text = {},
              .missing = fmt::format("{} is a link to {}, so its copyright file lies in another "
                                     "package; declare its licence in the recipe",
                                     entry.path, entry.target)};
    if (entry.path == file && entry.kind == TarEntry::Kind::kFile)
      return {.text = as_text(entry.content), .missing = ""};
  }
  return {.text = {}, .missing = "the package has no copyright file"};
}

Result<LicenceNames> names_of(const DebianSource& debian, const std::string& package,
                              const CopyrightFile& file) {
  LicenceNames names;
  for (const DebianSource::LicenceName& mapped : debian.licence_names) {
    if (mapped.package != package) continue;
    const auto texts = file.texts.find(mapped.name);
    if (texts == file.texts.end())
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("{}: its copyright file has no licence text named {}; correct the "
                              "recipe",
                              package, mapped.name));
    for (const std::string& text : texts->second) {
      const crypto::Digest digest = crypto::sha256(text);
      if (digest != mapped.text)
        return fail(ErrorCode::kRefused,
                    fmt::format("{}: the licence text {} has the digest {}, the recipe reads one "
                                "with {}; read the text again and correct the recipe",
                                package, mapped.name, crypto::to_text(digest),
                                crypto::to_text(mapped.text)));
    }
    GLASS_TRY(SpdxExpression licence, parse_spdx(mapped.spdx));
    names.insert_or_assign(mapped.name, std::move(licence));
  }
  return names;
}

Result<PackageRights> declared_rights(const DebianSource::Declaration& declaration,
                                      std::string_view copyright, const LicencePolicy& policy) {
  const crypto::Digest digest = crypto::sha256(copyright);
  if (digest != declaration.copyright_file)
    return fail(ErrorCode::kRefused,
                fmt::format("{}: its copyright file has the digest {}, the recipe declares a "
                            "licence for one with {}; read the file again and correct the recipe",
                            declaration.package, crypto::to_text(digest),
                            crypto::to_text(declaration.copyright_file)));
  GLASS_TRY(const SpdxExpression licence, parse_spdx(declaration.spdx));
  return PackageRights::declared(licence, declaration.declared_by, policy);
}

// One package being read.
class PackageReader {
 public:
  PackageReader(const UnitContext& context, const DebianSource& debian,
                const ArchivePackage& package)
      : context_(context),
        debian_(debian),
        package_(package),
        collector_(context,
                   fmt::format("{}_{}_{}", package.name, package.version, package.architecture)) {}

  Result<UnitResult> read(ByteView bytes, size_t archive) {
    GLASS_TRY(const DebPackage deb, read_deb(bytes, kDataLimit));
    if (deb.name() != package_.name || deb.version() != package_.version)
      return fail(ErrorCode::kCorruption,
                  fmt::format("it says to be {} {}", deb.name(), deb.version()));
    const Copyright copyright = find_copyright(deb);
    GLASS_TRY(const PackageRights rights, rights_of(copyright));
    read_files(deb, rights);
    note_facts(copyright, rights, archive);
    return collector_.finish();
  }

 private:
  Result<PackageRights> rights_of(const Copyright& copyright) {
    const auto declaration =
        std::ranges::find(debian_.declarations, package_.name, &DebianSource::Declaration::package);
    if (declaration != debian_.declarations.end())
      return declared_rights(*declaration, copyright.text, context_.policy);
    if (!copyright.missing.empty()) return PackageRights::unknown(copyright.missing);
    auto file = parse_dep5(copyright.text);
    if (!file)
      return fail(
          ErrorCode::kInvalidInput,
          fmt::format("usr/share/doc/{}/copyright: {}. Declare the package's licence in the "
                      "recipe, or leave the package out.",
                      package_.name, file.error().message));
    if (!*file)
      return PackageRights::unknown(
          "its copyright file is free text; read it and declare its licence in the recipe");
    machine_readable_ = true;
    GLASS_TRY(const LicenceNames names, names_of(debian_, package_.name, **file));
    std::vector<SourcePathMapping> mappings;
    for (const DebianSource::PathMapping& mapping : debian_.path_mappings) {
      if (mapping.package == package_.name)
        mappings.push_back({.installed = mapping.installed, .source = mapping.source});
    }
    return PackageRights::from_copyright(**std::move(file), package_.name, names,
                                         std::move(mappings), context_.policy);
  }

  void read_files(const DebPackage& deb, const PackageRights& rights) {
    std::vector<std::pair<ReadingKey, const TarEntry*>> order;
    for (const TarEntry& entry : deb.entries) {
      if (entry.kind == TarEntry::Kind::kLink) collector_.drop(entry.path, "link", entry.target);
      if (entry.kind == TarEntry::Kind::kFile) order.emplace_back(reading_key(entry.path), &entry);
    }
    std::ranges::sort(order, {}, [](const auto& item) { return item.first; });
    for (const auto& [key, entry] : order) read_file(key, *entry, rights);
  }

  void read_file(const ReadingKey& key, const TarEntry& entry, const PackageRights& rights) {
    collector_.count_in(entry.content.size());
    const auto kind = packaged_file_kind(entry.path);
    if (!kind) return collector_.drop(entry.path, "no-text-rule");
    if (!debian_.include_tests && is_test_path(entry.path))
      return collector_.drop(entry.path, "test");
    const FileRights& file_rights = rights.of(entry.path);
    if (!collector_.allow(entry.path, file_rights)) return;
    const auto content = decompress(compression_of(entry.path), entry.content, kMemberLimit);
    if (!content) return collector_.drop(entry.path, "damaged", content.error().message);
    auto text = extract_text(kind->rule, as_text(*content));
    if (!text) return collector_.drop(entry.path, text.error().message);
    const bool code = kind->rule == TextRule::kCode;
    if (!code) {
      const bool had_text = !text->empty();
      *text = lines_.keep_new_lines(*text);
      if (had_text && text->empty()) return collector_.drop(entry.path, "duplicate-lines");
    }
    collector_.add({.path = entry.path,
                    .rule = std::string(name(kind->rule)),
                    .language = code ? "code/" + kind->code : language_tag(key.language),
                    .bytes = entry.content.size(),
                    .sha256 = crypto::sha256(entry.content)},
                   file_rights, *std::move(text));
  }

  void note_facts(const Copyright& copyright, const PackageRights& rights, size_t archive) {
    Json::Array remarks;
    for (const std::string& remark : rights.remarks()) remarks.emplace_back(remark);
    const char* const kind = machine_readable_ ? "dep5" : "free text";
    collector_.note("package", package_.name);
    collector_.note("version", package_.version);
    collector_.note("architecture", package_.architecture);
    collector_.note("pool", package_.pool);
    collector_.note("size", package_.size_bytes);
    collector_.note("sha256", crypto::to_text(package_.sha256));
    collector_.note("index", package_.index);
    collector_.note("index_sha256", crypto::to_text(package_.index_sha256));
    collector_.note("archive", archive);
    collector_.note(
        "copyright",
        copyright.missing.empty()
            ? Json(Json::Object{{"kind", kind},
                                {"sha256", crypto::to_text(crypto::sha256(copyright.text))}})
            : Json(Json::Object{{"kind", "missing"}, {"detail", copyright.missing}}));
    collector_.note("remarks", std::move(remarks));
    collector_.note("duplicate_lines", lines_.dropped_lines());
    collector_.note("duplicate_line_bytes", lines_.dropped_bytes());
  }

  const UnitContext& context_;
  const DebianSource& debian_;
  const ArchivePackage& package_;
  UnitCollector collector_;
  LineDeduplicator lines_;
  bool machine_readable_ = false;
};

Json release_json(const ArchiveRelease& release) {
  Json::Array signatures;
  for (const ReleaseSignature& signature : release.signatures)
    signatures.emplace_back(
        Json::Object{{"fingerprint", signature.fingerprint}, {"signer", signature.signer}});
  return Json::Object{
      {"uri", release.uri},           {"inrelease_sha256", crypto::to_text(release.sha256)},
      {"origin", release.origin},     {"suite", release.suite},
      {"codename", release.codename}, {"version", release.version},
      {"date", release.date},         {"signatures", std::move(signatures)}};
}

// Whatever the recipe says about a package must be about one it takes.
Status check_packages_named(const DebianSource& debian) {
  const auto check = [&](const std::string& package) -> Status {
    if (std::ranges::find(debian.packages, package) != debian.packages.end()) return {};
    return fail(ErrorCode::kInvalidInput,
                fmt::format("the recipe says something about the package {}, which is not in its "
                            "list of packages",
                            package));
  };
  for (const auto& one : debian.licence_names) GLASS_TRY_STATUS(check(one.package));
  for (const auto& one : debian.declarations) GLASS_TRY_STATUS(check(one.package));
  for (const auto& one : debian.path_mappings) GLASS_TRY_STATUS(check(one.package));
  return {};
}

}  // namespace

Result<UnitResult> read_package(const UnitContext& context, const DebianSource& debian,
                                const ArchivePackage& package, const system::Path& file,
                                size_t archive) {
  GLASS_TRY(const auto mapped, context.services.files.map(file));
  if (crypto::sha256(mapped->bytes()) != package.sha256)
    return fail(ErrorCode::kCorruption,
                fmt::format("{}: it does not have the digest of the signed index; remove it, it "
                            "will be fetched again",
                            file.string()));
  auto result = PackageReader(context, debian, package).read(mapped->bytes(), archive);
  if (!result) return in_context(package.file, result.error());
  return result;
}

Result<std::vector<Unit>> debian_units(const UnitContext& context, size_t source,
                                       const DebianSource& debian, CorpusProgressCallback progress,
                                       Json::Array& archives) {
  GLASS_TRY_STATUS(check_packages_named(debian));
  const ArchiveServices archive{.files = context.services.files,
                                .process = context.services.process,
                                .cache = context.config.cache};
  if (!progress({.stage = CorpusProgress::Stage::kArchive, .done = 0, .total = 1, .detail = ""}))
    return fail(ErrorCode::kInterrupted, "stopped while reading the archive's lists");
  GLASS_TRY(const ArchiveSelection selection, select_packages(archive, debian.packages));
  GLASS_TRY_STATUS(fetch_packages(
      archive, selection.packages, [&](uint64_t done, uint64_t total, const std::string& file) {
        return progress(
            {.stage = CorpusProgress::Stage::kFetch, .done = done, .total = total, .detail = file});
      }));
  const size_t first_archive = archives.size();
  for (const ArchiveRelease& release : selection.releases)
    archives.push_back(release_json(release));
  std::vector<Unit> units;
  for (const ArchivePackage& package : selection.packages) {
    units.push_back({.label = package.file,
                     .source = source,
                     .read = [&context, &debian, package, file = cached_file(archive, package),
                              number = first_archive + package.release] {
                       return read_package(context, debian, package, file, number);
                     }});
  }
  return units;
}

}  // namespace glass::data

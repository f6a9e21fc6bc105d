#include "glass/data/rights/package_rights.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/core.h>

namespace glass::data {
namespace {

// A stanza about the packaging alone covers no file that users get.
bool is_packaging(const CopyrightStanza& stanza) {
  return std::ranges::all_of(stanza.patterns, [](const std::string& pattern) {
    return pattern == "debian" || pattern.starts_with("debian/");
  });
}

}  // namespace

PackageRights PackageRights::unknown(std::string reason) {
  PackageRights rights;
  rights.whole_.decision.reason = std::move(reason);
  rights.whole_.evidence = "none";
  return rights;
}

PackageRights PackageRights::declared(const SpdxExpression& licence, std::string_view declared_by,
                                      const LicencePolicy& policy) {
  PackageRights rights;
  rights.whole_ = {.original = to_text(licence),
                   .licence = to_text(licence),
                   .decision = policy.decide(licence),
                   .evidence = fmt::format("declared by {}", declared_by)};
  return rights;
}

PackageRights PackageRights::from_copyright(CopyrightFile file, std::string_view package,
                                            const LicenceNames& names,
                                            std::vector<SourcePathMapping> mappings,
                                            const LicencePolicy& policy) {
  PackageRights rights;
  std::vector<SpdxExpression> all;
  std::string originals;
  for (const CopyrightStanza& stanza : file.stanzas) {
    SpdxExpression licence = dep5_licence(stanza.licence, package, names);
    rights.by_stanza_.push_back({.original = stanza.licence,
                                 .licence = to_text(licence),
                                 .decision = policy.decide(licence),
                                 .evidence = fmt::format("stanza at line {}", stanza.line)});
    if (is_packaging(stanza) || std::ranges::find(all, licence) != all.end()) continue;
    all.push_back(std::move(licence));
    originals += (originals.empty() ? "" : "; ") + stanza.licence;
  }
  if (all.empty()) {
    rights.whole_.decision.reason = "its copyright file speaks of the packaging only";
  } else {
    const SpdxExpression whole = spdx_and(std::move(all));
    rights.whole_ = {.original = std::move(originals),
                     .licence = to_text(whole),
                     .decision = policy.decide(whole),
                     .evidence = "all stanzas"};
  }
  rights.unmatched_.decision.reason = "no stanza of the copyright file matches its path";
  rights.unmatched_.evidence = "none";
  rights.file_ = std::move(file);
  rights.mappings_ = std::move(mappings);
  return rights;
}

const FileRights& PackageRights::of(std::string_view path) const {
  for (const SourcePathMapping& mapping : mappings_) {
    if (!path.starts_with(mapping.installed)) continue;
    const std::string source = mapping.source + std::string(path.substr(mapping.installed.size()));
    const CopyrightStanza* stanza = file_.stanza_of(source);
    if (stanza == nullptr) return unmatched_;
    return by_stanza_[static_cast<size_t>(stanza - file_.stanzas.data())];
  }
  return whole_;
}

}  // namespace glass::data

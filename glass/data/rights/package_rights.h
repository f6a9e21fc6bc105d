// PackageRights: what a Debian package's copyright file means for each of its files.
//
// The rule (reference: rights of Debian packages): with a path mapping, each file has the licence
// of the stanza that matches its source path. Without one, or for a file outside the mapping, all
// stanzas but `debian/*` apply together: the AND of their licences. A free-text copyright file says
// nothing by itself; a declaration of the recipe stands for the whole package.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/data/rights/dep5.h"
#include "glass/data/rights/policy.h"
#include "glass/data/rights/spdx.h"

namespace glass::data {

struct SourcePathMapping {
  std::string installed;  // what stands in front of a path in the package
  std::string source;     // what stands there in the source tree
};

struct FileRights {
  std::string original;  // as the copyright file writes it
  std::string licence;   // SPDX, normalised
  LicenceDecision decision;
  std::string evidence;  // "stanza at line 9", "all stanzas", "declared by ..."
};

class PackageRights {
 public:
  // Not machine-readable, and nobody declared anything: everything is unknown for `reason`.
  static PackageRights unknown(std::string reason);

  static PackageRights declared(const SpdxExpression& licence, std::string_view declared_by,
                                const LicencePolicy& policy);

  static PackageRights from_copyright(CopyrightFile file, std::string_view package,
                                      const LicenceNames& names,
                                      std::vector<SourcePathMapping> mappings,
                                      const LicencePolicy& policy);

  // `path` as packaged, without "./" in front.
  [[nodiscard]] const FileRights& of(std::string_view path) const;

  [[nodiscard]] const std::vector<std::string>& remarks() const { return file_.remarks; }

 private:
  PackageRights() = default;

  CopyrightFile file_;
  std::vector<SourcePathMapping> mappings_;
  std::vector<FileRights> by_stanza_;  // parallel to file_.stanzas
  FileRights whole_, unmatched_;
};

}  // namespace glass::data

// DEP-5: Debian's machine-readable copyright files (copyright-format 1.0).
//
// Only a file whose first paragraph has a Format field is one; everything else is free text, even
// if it contains Files and License fields. Patterns name paths of the source tree: '*' is any
// characters, '/' included, '?' is one character, '\' escapes '*', '?' and '\'. The last stanza
// with a matching pattern decides.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/data/rights/spdx.h"

namespace glass::data {

struct CopyrightStanza {
  std::vector<std::string> patterns;
  std::string licence;  // the first line of the License field: a short name or an expression
  int line = 0;
};

struct CopyrightFile {
  std::vector<CopyrightStanza> stanzas;
  // By short name: the different bodies that License fields have under it, in order.
  std::map<std::string, std::vector<std::string>> texts;
  std::vector<std::string> remarks;  // what people should look at

  // The stanza that decides about a path of the source tree, or nullptr.
  [[nodiscard]] const CopyrightStanza* stanza_of(std::string_view path) const;
};

// nullopt for free text. kInvalidInput, naming the line, if it claims the format and breaks it.
[[nodiscard]] Result<std::optional<CopyrightFile>> parse_dep5(std::string_view text);

bool dep5_matches(std::string_view pattern, std::string_view path);

// Short names of one package that somebody has read: name -> what the text under it is.
using LicenceNames = std::map<std::string, SpdxExpression, std::less<>>;

// The short name or expression as SPDX. Names that are neither in `names` nor understood become
// LicenseRef-Debian-<package>-<name>; so does the whole text if it is no expression.
SpdxExpression dep5_licence(std::string_view text, std::string_view package,
                            const LicenceNames& names);

}  // namespace glass::data

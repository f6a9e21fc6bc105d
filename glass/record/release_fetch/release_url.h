// ReleaseUrl: a release's place on a web server, below which its files lie under their names.
#pragma once

#include <string>
#include <string_view>

#include "glass/base/result.h"

namespace glass::record {

// Whether this is meant to be a URL of http or https, and not the name of a file.
bool is_url(std::string_view thing);

// The URL without '/' at its end. kInvalidInput if no file can lie below it: it has a query or a
// fragment, no host, or characters that no URL has; or if it holds a password, which would be told
// with it.
[[nodiscard]] Result<std::string> release_base(std::string_view url);

// The URL of a file; what is no letter, digit or one of "-._~/" in its name is percent-encoded.
std::string file_url(std::string_view base, std::string_view file);

}  // namespace glass::record

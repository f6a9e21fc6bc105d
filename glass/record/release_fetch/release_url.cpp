#include "glass/record/release_fetch/release_url.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/result.h"

namespace glass::record {
namespace {

bool is_of_no_url(char c) {
  return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f;
}

bool is_unreserved(char c) {
  return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

bool is_url(std::string_view thing) {
  const std::string start = to_lower(thing.substr(0, std::string_view("https://").size()));
  return start.starts_with("http://") || start == "https://";
}

Result<std::string> release_base(std::string_view url) {
  if (!is_url(url)) return invalid_input("a release is fetched from http://... or https://...");
  if (std::ranges::any_of(url, is_of_no_url))
    return invalid_input("the URL has characters that no URL has; percent-encode them");
  const size_t host = url.find("//") + 2;
  if (url.substr(host, url.find('/', host) - host).find('@') != std::string_view::npos)
    return invalid_input("the URL names a user, and would be told with the password; leave it out");
  if (url.find_first_of("?#") != std::string_view::npos)
    return invalid_input(fmt::format(
        "{}: the files of a release lie below its URL, so it can have no '?' and no '#'", url));
  while (url.size() > host && url.ends_with('/')) url.remove_suffix(1);
  if (url.size() == host) return invalid_input(fmt::format("{} names no server", url));
  return std::string(url);
}

std::string file_url(std::string_view base, std::string_view file) {
  std::string url = fmt::format("{}/", base);
  for (const char c : file) {
    if (is_unreserved(c) || c == '/')
      url += c;
    else
      url += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return url;
}

}  // namespace glass::record

// Page: the frame of an HTML page that needs no network and no script, readable by day and by
// night.
#pragma once

#include <string>
#include <string_view>

namespace glass::record {

struct Page {
  std::string_view language;  // "en"
  std::string title;
  std::string_view style;  // rules besides those of every page
  std::string_view body;   // HTML
};

std::string html_page(const Page& page);

}  // namespace glass::record

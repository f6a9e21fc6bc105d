// Chart: a line chart as SVG text. The same numbers give the same bytes; colours come from the
// page.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace glass::record {

struct Series {
  std::string name;
  std::string css_class;  // "series-1", "series-2": the page's colours
  std::vector<std::pair<double, double>>
      points;  // x ascending; values that are not finite are gaps
};

struct Chart {
  std::string title;  // also what a screen reader says
  std::string x_label;
  std::string y_label;
  std::vector<Series> series;
};

// An <svg> element of a fixed view box that scales with its container. Dense series are thinned to
// the minimum and maximum of each pixel column, so no spike is lost.
std::string to_svg(const Chart& chart);

// Round steps for an axis: at most `most` + 1 values that cover [low, high].
std::vector<double> axis_ticks(double low, double high, int most);

// &, <, > and quotes as HTML and XML want them.
std::string escape_html(std::string_view text);

}  // namespace glass::record

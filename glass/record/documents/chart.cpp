#include "glass/record/documents/chart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace glass::record {
namespace {

constexpr double kWidth = 760, kHeight = 340;
constexpr double kLeft = 64, kRight = 16, kTop = 16, kBottom = 48;

using Points = std::vector<std::pair<double, double>>;

struct Span {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void cover(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }

  // An axis needs some extent, also for one point or none.
  void settle() {
    if (low > high) low = 0, high = 1;
    if (low == high) low -= 0.5, high += 0.5;
  }
};

struct Frame {
  Span x, y;

  [[nodiscard]] double px(double value) const {
    return kLeft + (value - x.low) / (x.high - x.low) * (kWidth - kLeft - kRight);
  }

  [[nodiscard]] double py(double value) const {
    return kHeight - kBottom - (value - y.low) / (y.high - y.low) * (kHeight - kTop - kBottom);
  }
};

Frame frame_of(const Chart& chart) {
  Frame frame;
  for (const Series& series : chart.series) {
    for (const auto& [x, y] : series.points) {
      frame.x.cover(x);
      frame.y.cover(y);
    }
  }
  frame.x.settle();
  frame.y.settle();
  const std::vector<double> ticks = axis_ticks(frame.y.low, frame.y.high, 6);
  frame.y = {.low = ticks.front(), .high = ticks.back()};
  return frame;
}

// Lowest and highest point of each pixel column, in the order they came.
Points thin(const Points& points, const Frame& frame) {
  if (std::ssize(points) <= 2 * static_cast<std::ptrdiff_t>(kWidth)) return points;
  Points kept;
  for (size_t begin = 0; begin < points.size();) {
    const double column = std::floor(frame.px(points[begin].first));
    size_t end = begin, low = begin, high = begin;
    for (; end < points.size() && std::floor(frame.px(points[end].first)) == column; ++end) {
      if (points[end].second < points[low].second) low = end;
      if (points[end].second > points[high].second) high = end;
    }
    kept.push_back(points[std::min(low, high)]);
    if (low != high) kept.push_back(points[std::max(low, high)]);
    begin = end;
  }
  return kept;
}

std::string path_of(const Series& series, const Frame& frame) {
  std::string path;
  bool pen_down = false;
  for (const auto& [x, y] : thin(series.points, frame)) {
    if (!std::isfinite(y)) {
      pen_down = false;
      continue;
    }
    path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", frame.px(x), frame.py(y));
    pen_down = true;
  }
  return path;
}

std::string axes(const Chart& chart, const Frame& frame) {
  std::string out;
  for (const double tick : axis_ticks(frame.y.low, frame.y.high, 6)) {
    out += fmt::format(
        "<line class=\"grid\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{:.6g}</text>\n",
        kLeft, kWidth - kRight, frame.py(tick), frame.py(tick), kLeft - 8, frame.py(tick) + 4,
        tick);
  }
  for (const double tick : axis_ticks(frame.x.low, frame.x.high, 8)) {
    if (tick < frame.x.low || tick > frame.x.high) continue;
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:.6g}</text>\n",
                       frame.px(tick), kHeight - kBottom + 18, tick);
  }
  out += fmt::format(
      "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n"
      "<text transform=\"translate(16 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
      (kLeft + kWidth - kRight) / 2, kHeight - 8, escape_html(chart.x_label),
      (kTop + kHeight - kBottom) / 2, escape_html(chart.y_label));
  return out;
}

std::string legend(const Chart& chart) {
  std::string out;
  double y = kTop + 14;
  for (const Series& series : chart.series) {
    out += fmt::format(
        "<line class=\"{}\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
        series.css_class, kWidth - kRight - 36, kWidth - kRight - 8, y - 4, y - 4,
        kWidth - kRight - 44, y, escape_html(series.name));
    y += 20;
  }
  return out;
}

}  // namespace

std::vector<double> axis_ticks(double low, double high, int most) {
  const double rough = (high - low) / most;
  const double magnitude = std::pow(10.0, std::floor(std::log10(rough)));
  double step = magnitude * 10;
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (magnitude * factor >= rough) {
      step = magnitude * factor;
      break;
    }
  }
  std::vector<double> ticks;
  const auto first = static_cast<int64_t>(std::floor(low / step));
  const auto last = static_cast<int64_t>(std::ceil(high / step));
  for (int64_t i = first; i <= last; ++i) ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string to_svg(const Chart& chart) {
  const Frame frame = frame_of(chart);
  std::string out = fmt::format(
      "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\" "
      "xmlns=\"http://www.w3.org/2000/svg\">\n",
      kWidth, kHeight, escape_html(chart.title));
  out += axes(chart, frame);
  for (const Series& series : chart.series)
    out += fmt::format("<path class=\"{}\" d=\"{}\"/>\n", series.css_class, path_of(series, frame));
  out += legend(chart);
  return out + "</svg>\n";
}

}  // namespace glass::record

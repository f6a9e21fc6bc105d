#include "glass/record/documents/page.h"

#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/record/documents/chart.h"

namespace glass::record {
namespace {

constexpr std::string_view kPageStyle =
    R"(:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d8dee4; --page:
  #ffffff;
  --panel: #f6f8fa; --one: #0b62a3; --two: #b3500f; --good: #116329; --bad: #a40e26;
  --open: #7a4b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9da7b1; --line: #30363d;
  --page: #0d1117; --panel: #161b22; --one: #6cb6ff; --two: #f0883e; --good: #57c26b; --bad:
  #ff7b72;
  --open: #e3b341; } }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--page);
  max-width: 56rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
p.lead { color: var(--soft); margin: 0 0 1.5rem; }
dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap:
  .75rem;
  margin: 0; } dl.figures div { background: var(--panel); border: 1px solid var(--line);
  border-radius: .5rem; padding: .6rem .8rem; } dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
  vertical-align: top; } th { color: var(--soft); font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: .86rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem;
  padding: .7rem .9rem; white-space: pre-wrap; margin: .4rem 0 1rem; }
.prompt { color: var(--soft); } .good { color: var(--good); } .bad { color: var(--bad); }
.open { color: var(--open); } svg { width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--soft); }
svg .grid { stroke: var(--line); } svg path, svg line { fill: none; stroke-width: 1.6; }
svg .series-1 { stroke: var(--one); stroke-opacity: .8; } svg .series-2 { stroke: var(--two);
  stroke-width: 2.4; }
)";

}  // namespace

std::string html_page(const Page& page) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n"
      "</html>\n",
      page.language, escape_html(page.title), kPageStyle, page.style, page.body);
}

}  // namespace glass::record

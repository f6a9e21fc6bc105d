#include "glass/record/documents/report.h"

#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/units_text.h"
#include "glass/record/documents/chart.h"
#include "glass/record/documents/curve.h"
#include "glass/record/documents/facts.h"
#include "glass/record/documents/page.h"
#include "glass/record/documents/samples.h"
#include "glass/record/evidence/evidence_tree.h"

namespace glass::record {
namespace {

// Parts of the evidence stand further in than what they are parts of.
constexpr std::string_view kReportStyle =
    "td.in-1 { padding-left: 1.8rem; } td.in-2 { padding-left: 3rem; }\n"
    "td.in-3 { padding-left: 4.2rem; }\n";

std::string figure(std::string_view name, std::string_view value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, escape_html(value));
}

std::string figures(const RunFacts& facts) {
  std::string out = "<dl class=\"figures\">\n";
  out += figure("Bits per byte, held-out text",
                facts.bits_per_byte ? fmt::format("{:.4f}", *facts.bits_per_byte) : "unknown");
  out += figure("Parameters", count_text(facts.parameters));
  out += figure("Steps", count_text(facts.steps));
  out += figure("Tokens", count_text(facts.tokens));
  out += figure("Training time", duration_text(std::llround(facts.seconds * 1000)));
  out += figure("Tokens per second", count_text(std::llround(facts.tokens_per_second)));
  out += figure("Share of the machine's peak",
                facts.mfu ? fmt::format("{:.0f} %", *facts.mfu * 100) : "not measured");
  out += figure("Peak memory", bytes_text(static_cast<uint64_t>(facts.peak_memory_bytes)));
  return out + "</dl>\n";
}

Series series_of(std::string name, std::string css_class, const Curve& curve) {
  Series series{.name = std::move(name), .css_class = std::move(css_class), .points = {}};
  for (const StepPoint& point : curve.points())
    series.points.emplace_back(static_cast<double>(point.step), point.value);
  return series;
}

std::string loss_chart(const RunFacts& facts) {
  if (facts.loss.empty()) return "<p>No step has been logged.</p>\n";
  return to_svg({.title = fmt::format("Loss of {} over {} steps", facts.name, facts.steps),
                 .x_label = "step",
                 .y_label = "loss, nats per token",
                 .series = {series_of("training", "series-1", facts.loss),
                            series_of("held-out", "series-2", facts.held_out_loss)}});
}

std::string_view css_class(EvidenceState state) {
  switch (state) {
    case EvidenceState::kVerified: return "good";
    case EvidenceState::kAttested:
    case EvidenceState::kMissing: return "open";
    case EvidenceState::kBroken: return "bad";
  }
  return "";
}

// A row for the node and for each below it, further in the deeper it lies.
void add_evidence(const EvidenceNode& node, int depth, std::string& out) {
  out += fmt::format(
      "<tr><td><span class=\"{}\">{}</span></td><td class=\"in-{}\">{}</td><td>{}</td></tr>\n",
      css_class(node.state), name(node.state), depth, escape_html(node.what),
      escape_html(node.detail));
  for (const EvidenceNode& part : node.parts) add_evidence(part, depth + 1, out);
}

std::string evidence(const RunFacts& facts) {
  if (!facts.evidence) return "<p>Nothing has been checked yet.</p>\n";
  std::string out =
      "<div class=\"table\"><table><tr><th>Result</th><th>What</th><th>How</th></tr>\n";
  add_evidence(*facts.evidence, 0, out);
  return out + "</table></div>\n";
}

// Samples of one step stand together; they come in the order of their steps.
std::string samples(const RunFacts& facts) {
  const int64_t occasions = facts.samples.occasions();
  if (occasions == 0) return "<p>The recipe asked for no samples.</p>\n";
  std::string out;
  if (facts.samples.one_in() > 1)
    out += fmt::format(
        "<p>It was asked {} times; shown are one time in {}, and the last. All that it wrote "
        "stands "
        "in <code>training/samples.jsonl</code>.</p>\n",
        count_text(occasions), facts.samples.one_in());
  int64_t step = -1;
  for (const SampleFact& sample : facts.samples.kept()) {
    if (sample.step != step)
      out += sample.step == 0 ? "<p>Before the first step:</p>\n"
                              : fmt::format("<p>After step {}:</p>\n", count_text(sample.step));
    step = sample.step;
    out += fmt::format("<pre><span class=\"prompt\">{}</span>{}</pre>\n",
                       escape_html(sample.prompt), escape_html(sample.text));
  }
  return out;
}

std::string start(const RunFacts& facts) {
  if (!facts.start) return "<p>From nothing: its first weights were random.</p>\n";
  const std::string run =
      facts.start->run.empty()
          ? "no record of how it was made"
          : fmt::format("made by the recorded run <code>{}</code>", escape_html(facts.start->run));
  return fmt::format(
      "<p>From a model whose weights have the digest <code>{}</code>, under {}; {}.</p>\n",
      escape_html(facts.start->weights), escape_html(facts.start->licence), run);
}

std::string counts(std::string_view heading, const std::vector<CountFact>& rows) {
  if (rows.empty()) return "<p>Nothing.</p>\n";
  std::string out = fmt::format(
      "<div class=\"table\"><table><tr><th>{}</th><th class=\"number\">Documents</th>"
      "<th class=\"number\">Text</th></tr>\n",
      heading);
  for (const CountFact& row : rows)
    out += fmt::format(
        "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
        escape_html(row.name), count_text(row.documents),
        row.bytes ? bytes_text(static_cast<uint64_t>(*row.bytes)) : "");
  return out + "</table></div>\n";
}

std::string licences(const RunFacts& facts) {
  return counts("Licence", facts.licences) +
         fmt::format("<p>All texts together: <code>{}</code></p>\n",
                     facts.corpus_licence.empty() ? "unknown" : escape_html(facts.corpus_licence));
}

std::string identity(const RunFacts& facts) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"Digest of the run", facts.digest}, {"Numerics class", facts.numerics_class},
      {"Signed by", facts.signed_by},      {"Program", facts.build},
      {"Machine", facts.machine},
  };
  std::string out = "<div class=\"table\"><table>\n";
  for (const auto& [name, value] : rows)
    out += fmt::format("<tr><th>{}</th><td><code>{}</code></td></tr>\n", name,
                       value.empty() ? "unknown" : escape_html(value));
  for (const PlaceFact& place : facts.places)
    out += fmt::format("<tr><th>{}</th><td><code>{}</code></td></tr>\n", escape_html(place.what),
                       escape_html(place.path));
  return out + "</table></div>\n";
}

std::string next_commands(const RunFacts& facts) {
  if (facts.next_commands.empty()) return "<p>The training goes on.</p>\n";
  std::string out = "<pre>";
  for (const std::string& command : facts.next_commands)
    out += fmt::format("{} {}\n", escape_html(facts.program), escape_html(command));
  return out + "</pre>\n";
}

}  // namespace

std::string html_report(const RunFacts& facts) {
  std::string body = fmt::format("<h1>{}</h1>\n<p class=\"lead\">{}</p>\n", escape_html(facts.name),
                                 escape_html(facts.description));
  const std::pair<std::string_view, std::string> sections[] = {
      {"", figures(facts)},
      {"Loss", loss_chart(facts)},
      {"What was verified", evidence(facts)},
      {"What the model writes", samples(facts)},
      {"Where it began", start(facts)},
      {"What it was trained on", counts("Source", facts.sources)},
      {"Licences", licences(facts)},
      {"Languages", counts("Language", facts.languages)},
      {"What was left out", counts("Reason", facts.dropped)},
      {"Evidence", identity(facts)},
      {"Next", next_commands(facts)},
  };
  for (const auto& [heading, text] : sections) {
    if (!heading.empty()) body += fmt::format("<h2>{}</h2>\n", heading);
    body += text;
  }
  return html_page({.language = "en",
                    .title = facts.name + " - Glassworks run report",
                    .style = kReportStyle,
                    .body = body});
}

}  // namespace glass::record

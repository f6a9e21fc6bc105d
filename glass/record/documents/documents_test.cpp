#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/record/documents/chart.h"
#include "glass/record/documents/curve.h"
#include "glass/record/documents/facts.h"
#include "glass/record/documents/metrics.h"
#include "glass/record/documents/report.h"
#include "glass/record/documents/samples.h"

namespace glass::record {
namespace {

constexpr auto kExact = static_cast<int64_t>(Curve::kExact);

RunFacts some_facts() {
  RunFacts facts;
  facts.name = "first <light>";
  facts.steps = 3;
  for (int64_t step = 1; step <= 3; ++step)
    facts.loss.add({step, 1'700'000'000'000 + step, 9.0 / static_cast<double>(step)});
  facts.samples.add({2, "Once", " & again <b>"});
  facts.evidence = EvidenceNode{EvidenceState::kVerified,
                                "run",
                                "",
                                {{EvidenceState::kAttested, "replay", "of <nobody>", {}}}};
  return facts;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Report, TextFromOutsideIsEscaped) {
  const std::string page = html_report(some_facts());
  EXPECT_TRUE(contains(page, "<h1>first &lt;light&gt;</h1>"));
  EXPECT_TRUE(contains(page, " &amp; again &lt;b&gt;"));
  EXPECT_FALSE(contains(page, "again <b>"));
}

TEST(Report, WhatIsUnknownIsNotShownAsZero) {
  const std::string page = html_report(some_facts());
  EXPECT_TRUE(contains(page, "<dt>Bits per byte, held-out text</dt><dd>unknown</dd>"));
  EXPECT_TRUE(contains(html_report({}), "<p>Nothing has been checked yet.</p>"));
}

TEST(Report, ShowsTheTreeOfEvidence) {
  EXPECT_TRUE(contains(html_report(some_facts()),
                       "<tr><td><span class=\"good\">verified</span></td>"
                       "<td class=\"in-0\">run</td><td></td></tr>\n"
                       "<tr><td><span class=\"open\">attested</span></td>"
                       "<td class=\"in-1\">replay</td><td>of &lt;nobody&gt;</td></tr>\n"));
}

TEST(Report, AsksForNothingFromElsewhere) {
  const std::string page = html_report(some_facts());
  EXPECT_FALSE(contains(page, "<script"));
  EXPECT_FALSE(contains(page, "src="));
  EXPECT_FALSE(contains(page, "href="));
}

TEST(Chart, TicksAreRoundAndCoverTheRange) {
  EXPECT_EQ(axis_ticks(0, 9.3, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(axis_ticks(2.1, 2.9, 2), (std::vector<double>{2.0, 2.5, 3.0}));
}

TEST(Chart, ASpikeSurvivesThinningAndAGapStaysAGap) {
  Series series{.name = "loss", .css_class = "series-1", .points = {}};
  for (int i = 0; i < 100'000; ++i) series.points.emplace_back(i, i == 54'321 ? 100.0 : 1.0);
  series.points[10].second = std::nan("");
  const std::string svg =
      to_svg({.title = "t", .x_label = "x", .y_label = "y", .series = {series}});
  EXPECT_LT(svg.size(), 60'000U);
  EXPECT_TRUE(contains(svg, " 16.0L"));  // the top of the plot: the spike
}

TEST(Chart, NothingToShowIsStillAChart) {
  const std::string svg = to_svg({.title = "t", .x_label = "x", .y_label = "y", .series = {}});
  EXPECT_TRUE(contains(svg, "</svg>"));
}

TEST(Metrics, CrcIsThatOfRfc3720) {
  const Bytes zeros(32, 0);
  EXPECT_EQ(crc32c(zeros), 0x8A9136AAU);
  EXPECT_EQ(crc32c(as_bytes(std::string_view("123456789"))), 0xE3069283U);
}

TEST(Metrics, EventFileIsFramedRecords) {
  EventFile events(1'700'000'000'000);
  for (int64_t step = 1; step <= 3; ++step) events.add("loss/train", {step, 0, 1.0});
  const Bytes file = events.take();
  size_t at = 0;
  int records = 0;
  while (at < file.size()) {
    const auto length = load_little_endian<uint64_t>(&file[at]);
    ASSERT_LE(at + 16 + length, file.size());
    at += 16 + length;
    ++records;
  }
  EXPECT_EQ(at, file.size());
  EXPECT_EQ(records, 4);  // the version and three losses
  EXPECT_TRUE(contains(std::string(as_text(file)), "brain.Event:2"));
  EXPECT_EQ(events.size(), 0U);
}

TEST(Curve, OfFewPointsIsKeptWhole) {
  Curve curve;
  EXPECT_TRUE(curve.empty());
  std::vector<StepPoint> points;
  for (int64_t step = 1; step <= kExact; ++step) {
    points.push_back({step, step, std::sin(static_cast<double>(step))});
    curve.add(points.back());
  }
  EXPECT_EQ(curve.points(), points);
  EXPECT_EQ(curve.last(), points.back());
}

TEST(Curve, OfManyPointsLosesNoSpikeAndDoesNotGrow) {
  Curve curve;
  constexpr int64_t kSteps = 1'000'000;
  for (int64_t step = 1; step <= kSteps; ++step)
    curve.add({step, 0,
               step == 123'457   ? 50.0
               : step == 700'001 ? -50.0
                                 : static_cast<double>(step % 7)});
  const std::vector<StepPoint> points = curve.points();
  EXPECT_LE(points.size(), 2 * Curve::kExact);
  EXPECT_GT(points.size(), Curve::kExact / 2);
  const auto has = [&](int64_t step) {
    return std::ranges::find(points, step, &StepPoint::step) != points.end();
  };
  EXPECT_TRUE(has(123'457));
  EXPECT_TRUE(has(700'001));
  EXPECT_TRUE(std::ranges::is_sorted(points, {}, &StepPoint::step));
  EXPECT_EQ(curve.last().step, kSteps);
}

TEST(Curve, WhatIsNoNumberIsKeptOnlyWhereNothingElseIs) {
  Curve curve;
  for (int64_t step = 1; step <= 4 * kExact; ++step)
    curve.add({step, 0, step % 2 == 0 || step > 1000 ? std::nan("") : 1.0});
  const std::vector<StepPoint> points = curve.points();
  EXPECT_EQ(points.front().value, 1.0);
  EXPECT_TRUE(std::isnan(points.back().value));
}

// Two texts at each of so many steps, ten steps apart.
Samples samples_of(int64_t occasions) {
  Samples samples;
  for (int64_t step = 10; step <= 10 * occasions; step += 10) {
    for (const char* prompt : {"a", "b"})
      samples.add({.step = step, .prompt = prompt, .text = std::to_string(step)});
  }
  return samples;
}

constexpr auto kOccasions = static_cast<int64_t>(Samples::kOccasions);

TEST(Samples, OfFewStepsAreKeptWhole) {
  const Samples samples = samples_of(kOccasions);
  EXPECT_EQ(samples.one_in(), 1);
  const std::vector<SampleFact> kept = samples.kept();
  ASSERT_EQ(std::ssize(kept), 2 * kOccasions);
  EXPECT_EQ(kept[2].text, "20");
  EXPECT_EQ(kept[3].prompt, "b");
  EXPECT_EQ(kept.back().step, 10 * kOccasions);
}

TEST(Samples, OfManyStepsAreThinnedEvenlyAndDoNotGrow) {
  for (const int64_t occasions : {kOccasions + 1, int64_t{1000}, int64_t{50'000}}) {
    const Samples samples = samples_of(occasions);
    const std::vector<SampleFact> kept = samples.kept();
    EXPECT_EQ(samples.occasions(), occasions);
    EXPECT_LE(std::ssize(kept), 2 * kOccasions);
    EXPECT_GE(std::ssize(kept), kOccasions);
    for (size_t i = 0; i + 2 < kept.size(); ++i)
      EXPECT_EQ(kept[i].step, 10 + 10 * samples.one_in() * static_cast<int64_t>(i / 2));
    EXPECT_EQ(kept.back().step, 10 * occasions) << "the newest is always there";
  }
}

TEST(Report, SaysWhereTheSamplesAreThatItDoesNotShow) {
  RunFacts facts = some_facts();
  EXPECT_FALSE(contains(html_report(facts), "samples.jsonl"));
  facts.samples = samples_of(1000);
  EXPECT_TRUE(contains(html_report(facts),
                       "It was asked 1,000 times; shown are one time in 16, and the last."));
}

TEST(Report, CommandsAreThoseOfTheProgramThatWasTyped) {
  RunFacts facts = some_facts();
  facts.program = "build/bin/glass";
  facts.next_commands = {"verify out/x"};
  EXPECT_TRUE(contains(html_report(facts), "<pre>build/bin/glass verify out/x\n</pre>"));
}

TEST(Metrics, PrometheusTextHasOneValuePerGauge) {
  const std::string text = prometheus_text(some_facts());
  EXPECT_TRUE(contains(text, "# TYPE glass_loss gauge\nglass_loss 3\n"));
  EXPECT_FALSE(contains(text, "glass_bits_per_byte"));
}

}  // namespace
}  // namespace glass::record

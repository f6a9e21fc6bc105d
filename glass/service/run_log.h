// The run's own account of itself: metrics.jsonl (time and speed of every step, evaluations,
// corruptions that a recheck found) and samples.jsonl. The signed record holds their digests. A
// resumed run cuts off what lies behind its checkpoint, as it does with the chain, and looks at the
// model anew.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/train/step_record.h"
#include "glass/system/files.h"

namespace glass::service {

struct StepMetric {
  int64_t step = 0;
  int64_t unix_ms = 0;
  double seconds = 0;  // of this step alone
  int64_t tokens = 0;
  double loss = 0;
  double gradient_norm = 0;
  double learning_rate = 0;
  double mfu = 0;  // share of the machine's peak, as measured by the process that made the step
  // Where pairs of answers are judged: the share of which the chosen one is preferred, and by how
  // much (engine/train/step_record.h).
  std::optional<double> preferred = {}, margin = {};
};

// Of a step over pairs of answers. REQUIRES: record.preference.
inline double preferred_share(const engine::StepRecord& record) {
  return static_cast<double>(record.preference->preferred) / static_cast<double>(record.tokens);
}

struct EvaluationMetric {
  int64_t step = 0;
  int64_t unix_ms = 0;
  double loss = 0;
  double bits_per_byte = 0;
};

struct SampleText {
  int64_t step = 0;
  std::string prompt;
  std::string text;
};

// A step that was made twice and differed: of this machine, so that a resume does not cut it off.
struct CorruptionEvent {
  int64_t step = 0;
  int64_t unix_ms = 0;
  std::string what;
  bool settled = false;  // a third time agreed with one of the two
};

using LogLine = std::variant<StepMetric, EvaluationMetric, CorruptionEvent, SampleText>;

// Calls visit for each line of a file of the log, one after the other: a log may be longer than
// memory. An absent file is empty. kCorruption names file and line; an error of `visit` ends the
// reading and is passed on. A last line that a crash has torn is left out.
[[nodiscard]] Status read_run_log(system::Files& files, const system::Path& file,
                                  FunctionRef<Status(const LogLine&)> visit);

// Appends lines; each is handed to the operating system at once.
//
// Whoever wants to know what the log tells need not read it again and again: `reader` is given
// every line that stands in it, those that were kept and each that is added, as reading gives it.
class RunLogWriter {
 public:
  using Reader = std::function<Status(const LogLine&)>;

  // Keeps the steps up to `after_step`, what was seen of the model before it, and corruptions. An
  // error of the reader is passed on.
  [[nodiscard]] static Result<RunLogWriter> open(system::Files& files, const system::Path& metrics,
                                                 const system::Path& samples, int64_t after_step,
                                                 Reader reader = {});

  [[nodiscard]] Status add(const StepMetric& metric);
  [[nodiscard]] Status add(const EvaluationMetric& metric);
  [[nodiscard]] Status add(const CorruptionEvent& event);
  [[nodiscard]] Status add(const SampleText& sample);

  // Makes all lines durable. Call it before publishing a checkpoint that continues from them.
  [[nodiscard]] Status sync();

 private:
  RunLogWriter() = default;

  [[nodiscard]] Status append(system::WritableFile& file, const Json& line) const;

  std::unique_ptr<system::WritableFile> metrics_, samples_;
  Reader reader_;
};

// What all steps of a log took together.
class SpeedMeter {
 public:
  void add(const StepMetric& step);

  [[nodiscard]] double seconds() const { return seconds_; }

  [[nodiscard]] int64_t tokens() const { return tokens_; }

  // Both 0 without a step.
  [[nodiscard]] double tokens_per_second() const;
  [[nodiscard]] double mfu() const;  // share of the machine's peak

 private:
  double seconds_ = 0, used_ = 0;
  int64_t tokens_ = 0;
};

// Of a file of metrics.
[[nodiscard]] Result<SpeedMeter> speed_of(system::Files& files, const system::Path& metrics);

}  // namespace glass::service

#include "glass/service/run_log.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"

namespace glass::service {
namespace {

// JSON has no word for a number that is not finite.
Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json to_json(const StepMetric& metric) {
  Json::Object json = {{"kind", "step"},
                       {"step", metric.step},
                       {"unix_ms", metric.unix_ms},
                       {"seconds", metric.seconds},
                       {"tokens", metric.tokens},
                       {"loss", number_or_null(metric.loss)},
                       {"gradient_norm", number_or_null(metric.gradient_norm)},
                       {"learning_rate", metric.learning_rate},
                       {"mfu", metric.mfu}};
  if (metric.preferred) json["preferred"] = *metric.preferred;
  if (metric.margin) json["margin"] = number_or_null(*metric.margin);
  return json;
}

Json to_json(const EvaluationMetric& metric) {
  return Json::Object{{"kind", "evaluation"},
                      {"step", metric.step},
                      {"unix_ms", metric.unix_ms},
                      {"loss", number_or_null(metric.loss)},
                      {"bits_per_byte", number_or_null(metric.bits_per_byte)}};
}

Json to_json(const CorruptionEvent& event) {
  return Json::Object{{"kind", "corruption"},
                      {"step", event.step},
                      {"unix_ms", event.unix_ms},
                      {"what", event.what},
                      {"settled", event.settled}};
}

Json to_json(const SampleText& sample) {
  return Json::Object{
      {"kind", "sample"}, {"step", sample.step}, {"prompt", sample.prompt}, {"text", sample.text}};
}

Result<double> number_or_nan(const Json& line, std::string_view key) {
  const Json* value = line.find(key);
  if (value != nullptr && value->is_null()) return std::nan("");
  return line.get_number(key);
}

Result<StepMetric> step_metric(const Json& line) {
  StepMetric metric;
  GLASS_TRY(metric.step, line.get_int("step"));
  GLASS_TRY(metric.unix_ms, line.get_int("unix_ms"));
  GLASS_TRY(metric.seconds, line.get_number("seconds"));
  GLASS_TRY(metric.tokens, line.get_int("tokens"));
  GLASS_TRY(metric.loss, number_or_nan(line, "loss"));
  GLASS_TRY(metric.gradient_norm, number_or_nan(line, "gradient_norm"));
  GLASS_TRY(metric.learning_rate, line.get_number("learning_rate"));
  GLASS_TRY(metric.mfu, line.get_number("mfu"));
  if (line.find("preferred") != nullptr) {
    GLASS_TRY(metric.preferred, line.get_number("preferred"));
    GLASS_TRY(metric.margin, number_or_nan(line, "margin"));
  }
  return metric;
}

Result<EvaluationMetric> evaluation_metric(const Json& line) {
  EvaluationMetric metric;
  GLASS_TRY(metric.step, line.get_int("step"));
  GLASS_TRY(metric.unix_ms, line.get_int("unix_ms"));
  GLASS_TRY(metric.loss, number_or_nan(line, "loss"));
  GLASS_TRY(metric.bits_per_byte, number_or_nan(line, "bits_per_byte"));
  return metric;
}

Result<CorruptionEvent> corruption_event(const Json& line) {
  CorruptionEvent event;
  GLASS_TRY(event.step, line.get_int("step"));
  GLASS_TRY(event.unix_ms, line.get_int("unix_ms"));
  GLASS_TRY(event.what, line.get_string("what"));
  GLASS_TRY(event.settled, line.get_bool("settled"));
  return event;
}

Result<SampleText> sample_text(const Json& line) {
  SampleText sample;
  GLASS_TRY(sample.step, line.get_int("step"));
  GLASS_TRY(sample.prompt, line.get_string("prompt"));
  GLASS_TRY(sample.text, line.get_string("text"));
  return sample;
}

Status add_line(std::string_view text, RunLog& log) {
  GLASS_TRY(const Json line, parse_json(text));
  GLASS_TRY(const std::string kind, line.get_string("kind"));
  if (kind == "step") {
    GLASS_TRY(log.steps.emplace_back(), step_metric(line));
  } else if (kind == "evaluation") {
    GLASS_TRY(log.evaluations.emplace_back(), evaluation_metric(line));
  } else if (kind == "corruption") {
    GLASS_TRY(log.corruptions.emplace_back(), corruption_event(line));
  } else if (kind == "sample") {
    GLASS_TRY(log.samples.emplace_back(), sample_text(line));
  } else {
    return fail(ErrorCode::kCorruption, fmt::format("there is no kind of line '{}'", kind));
  }
  return {};
}

Status read_lines(system::Files& files, const system::Path& file, RunLog& log) {
  if (!files.exists(file)) return {};
  GLASS_TRY(const std::string text, files.read_text(file));
  int64_t number = 0;
  for (size_t begin = 0, end = text.find('\n'); end != std::string::npos;
       begin = end + 1, end = text.find('\n', begin)) {
    ++number;
    if (auto status = add_line(std::string_view(text).substr(begin, end - begin), log); !status)
      return fail(ErrorCode::kCorruption,
                  fmt::format("{}:{}: {}", file.string(), number, status.error().message));
  }
  return {};
}

Status append_line(system::WritableFile& file, const Json& line) {
  return file.append(as_bytes(to_canonical(line) + "\n"));
}

template <typename T>
std::string lines_up_to(const std::vector<T>& entries, int64_t step) {
  std::string text;
  for (const T& entry : entries) {
    if (entry.step <= step) text += to_canonical(to_json(entry)) + "\n";
  }
  return text;
}

}  // namespace

Result<RunLog> read_run_log(system::Files& files, const system::Path& metrics,
                            const system::Path& samples) {
  RunLog log;
  GLASS_TRY_STATUS(read_lines(files, metrics, log));
  GLASS_TRY_STATUS(read_lines(files, samples, log));
  return log;
}

Result<RunLogWriter> RunLogWriter::open(system::Files& files, const system::Path& metrics,
                                        const system::Path& samples, int64_t after_step) {
  GLASS_TRY(const RunLog log, read_run_log(files, metrics, samples));
  const std::string kept_metrics =
      lines_up_to(log.steps, after_step) + lines_up_to(log.evaluations, after_step - 1) +
      lines_up_to(log.corruptions, std::numeric_limits<int64_t>::max());
  const std::string kept_samples = lines_up_to(log.samples, after_step - 1);
  GLASS_TRY_STATUS(files.write_atomic(metrics, as_bytes(kept_metrics)));
  GLASS_TRY_STATUS(files.write_atomic(samples, as_bytes(kept_samples)));
  RunLogWriter writer;
  GLASS_TRY(writer.metrics_, files.append(metrics, kept_metrics.size()));
  GLASS_TRY(writer.samples_, files.append(samples, kept_samples.size()));
  return writer;
}

Status RunLogWriter::add(const StepMetric& metric) {
  return append_line(*metrics_, to_json(metric));
}

Status RunLogWriter::add(const EvaluationMetric& metric) {
  return append_line(*metrics_, to_json(metric));
}

Status RunLogWriter::add(const CorruptionEvent& event) {
  return append_line(*metrics_, to_json(event));
}

Status RunLogWriter::add(const SampleText& sample) {
  return append_line(*samples_, to_json(sample));
}

Status RunLogWriter::sync() {
  GLASS_TRY_STATUS(metrics_->sync());
  return samples_->sync();
}

Speed speed_of(const RunLog& log) {
  double seconds = 0, used = 0;
  int64_t tokens = 0;
  for (const StepMetric& step : log.steps) {
    seconds += step.seconds;
    used += step.mfu * step.seconds;
    tokens += step.tokens;
  }
  if (seconds <= 0) return {};
  return {.tokens_per_second = static_cast<double>(tokens) / seconds, .mfu = used / seconds};
}

}  // namespace glass::service

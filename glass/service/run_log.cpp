#include "glass/service/run_log.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

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

Result<LogLine> log_line(std::string_view text) {
  GLASS_TRY(const Json line, parse_json(text));
  GLASS_TRY(const std::string kind, line.get_string("kind"));
  if (kind == "step") return step_metric(line);
  if (kind == "evaluation") return evaluation_metric(line);
  if (kind == "corruption") return corruption_event(line);
  if (kind == "sample") return sample_text(line);
  return fail(ErrorCode::kCorruption, fmt::format("there is no kind of line '{}'", kind));
}

// Calls visit(line, text with its line feed) for each whole line.
template <typename Visit>
Status read_lines(system::Files& files, const system::Path& file, const Visit& visit) {
  if (!files.exists(file)) return {};
  GLASS_TRY(const auto mapped, files.map(file));
  std::string_view text = as_text(mapped->bytes());
  int64_t number = 0;
  for (size_t end; (end = text.find('\n')) != std::string_view::npos; text.remove_prefix(end + 1)) {
    ++number;
    const auto line = log_line(text.substr(0, end));
    if (!line)
      return fail(ErrorCode::kCorruption,
                  fmt::format("{}:{}: {}", file.string(), number, line.error().message));
    GLASS_TRY_STATUS(visit(*line, text.substr(0, end + 1)));
  }
  return {};
}

// Whether a training that goes on after this step has made the line already. It looks at the model
// anew; what the machine did stays true.
bool stays(const LogLine& line, int64_t after_step) {
  if (const auto* step = std::get_if<StepMetric>(&line)) return step->step <= after_step;
  if (const auto* evaluation = std::get_if<EvaluationMetric>(&line))
    return evaluation->step < after_step;
  if (const auto* sample = std::get_if<SampleText>(&line)) return sample->step < after_step;
  return true;
}

// The first `kept_bytes` of a file and then these lines, written aside: a log may be longer than
// memory, and what the machine did is not lost whatever is killed.
Status replace_end(system::Files& files, const system::Path& file, uint64_t kept_bytes,
                   std::string_view lines) {
  const system::Path staged = file.parent_path() / ("." + file.filename().string() + ".partial");
  GLASS_TRY(const auto mapped, files.map(file));
  GLASS_TRY(const auto out, files.create(staged));
  GLASS_TRY_STATUS(out->append(mapped->bytes().first(kept_bytes)));
  GLASS_TRY_STATUS(out->append(as_bytes(lines)));
  GLASS_TRY_STATUS(out->close());
  return files.publish(staged, file);
}

// The file, cut to the lines that stay, each of which is read. Those behind the first that does not
// are few: they are written again.
Result<std::unique_ptr<system::WritableFile>> open_cut(system::Files& files,
                                                       const system::Path& file, int64_t after_step,
                                                       const RunLogWriter::Reader& reader) {
  uint64_t kept_bytes = 0;
  bool cut = false;
  std::string others;
  GLASS_TRY_STATUS(read_lines(files, file, [&](const LogLine& line, std::string_view text) {
    if (!stays(line, after_step)) {
      cut = true;
      return Status();
    }
    if (cut)
      others += text;
    else
      kept_bytes += text.size();
    return reader ? reader(line) : Status();
  }));
  if (!others.empty()) GLASS_TRY_STATUS(replace_end(files, file, kept_bytes, others));
  return files.append(file, kept_bytes + others.size());
}

}  // namespace

Status read_run_log(system::Files& files, const system::Path& file,
                    FunctionRef<Status(const LogLine&)> visit) {
  return read_lines(files, file,
                    [&](const LogLine& line, std::string_view) { return visit(line); });
}

Result<RunLogWriter> RunLogWriter::open(system::Files& files, const system::Path& metrics,
                                        const system::Path& samples, int64_t after_step,
                                        Reader reader) {
  RunLogWriter writer;
  writer.reader_ = std::move(reader);
  GLASS_TRY(writer.metrics_, open_cut(files, metrics, after_step, writer.reader_));
  GLASS_TRY(writer.samples_, open_cut(files, samples, after_step, writer.reader_));
  return writer;
}

Status RunLogWriter::append(system::WritableFile& file, const Json& line) const {
  const std::string text = to_canonical(line);
  GLASS_TRY_STATUS(file.append(as_bytes(text + "\n")));
  if (!reader_) return {};
  GLASS_TRY(const LogLine read, log_line(text));
  return reader_(read);
}

Status RunLogWriter::add(const StepMetric& metric) {
  return append(*metrics_, to_json(metric));
}

Status RunLogWriter::add(const EvaluationMetric& metric) {
  return append(*metrics_, to_json(metric));
}

Status RunLogWriter::add(const CorruptionEvent& event) {
  return append(*metrics_, to_json(event));
}

Status RunLogWriter::add(const SampleText& sample) {
  return append(*samples_, to_json(sample));
}

Status RunLogWriter::sync() {
  GLASS_TRY_STATUS(metrics_->sync());
  return samples_->sync();
}

void SpeedMeter::add(const StepMetric& step) {
  seconds_ += step.seconds;
  used_ += step.mfu * step.seconds;
  tokens_ += step.tokens;
}

double SpeedMeter::tokens_per_second() const {
  return seconds_ > 0 ? static_cast<double>(tokens_) / seconds_ : 0;
}

double SpeedMeter::mfu() const {
  return seconds_ > 0 ? used_ / seconds_ : 0;
}

Result<SpeedMeter> speed_of(system::Files& files, const system::Path& metrics) {
  SpeedMeter meter;
  GLASS_TRY_STATUS(read_run_log(files, metrics, [&](const LogLine& line) {
    if (const auto* step = std::get_if<StepMetric>(&line)) meter.add(*step);
    return Status();
  }));
  return meter;
}

}  // namespace glass::service

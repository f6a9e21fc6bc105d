#include "glass/engine/train/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/models/decoder/config.h"
#include "glass/engine/optim/float_buffer.h"
#include "glass/engine/optim/parameter_layout.h"
#include "glass/engine/tensor/shape.h"
#include "glass/engine/train/manifest.h"
#include "glass/engine/train/training_state.h"
#include "glass/system/files.h"

namespace glass::engine {
namespace {

constexpr std::string_view kPrefix = "step-";
constexpr std::string_view kAside = ".aside-";  // being written, or on its way out
constexpr const char* kModelFile = "model.safetensors";
constexpr const char* kOptimizerFile = "optimizer.safetensors";
constexpr const char* kAverageFile = "average.safetensors";
constexpr const char* kManifestFile = "manifest.json";

std::optional<int64_t> step_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const std::string_view digits = name.substr(kPrefix.size());
  int64_t step = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), step);
  // One step has one name.
  if (error != std::errc() || end != digits.data() + digits.size() || checkpoint_name(step) != name)
    return std::nullopt;
  return step;
}

system::Path aside(const system::Path& folder, std::string_view what, int64_t step) {
  return folder / fmt::format("{}{}-{}", kAside, what, checkpoint_name(step));
}

// Of the parameters or their average.
std::vector<TensorToWrite> model_tensors(const FloatBuffer& values, const ParameterLayout& layout) {
  std::vector<TensorToWrite> tensors;
  for (const ParameterSlot& slot : layout.slots())
    tensors.push_back(float_tensor(slot.name, slot.shape, slot.of(values.span())));
  return tensors;
}

std::vector<TensorToWrite> optimizer_tensors(const TrainingState& state,
                                             const ParameterLayout& layout) {
  std::vector<TensorToWrite> tensors;
  for (const ParameterSlot& slot : layout.slots()) {
    tensors.push_back(
        float_tensor(slot.name + ".m", slot.shape, slot.of(state.first_moment.span())));
    if (state.second_moment.span().empty() || !slot.has_second_moment()) continue;
    tensors.push_back(
        float_tensor(slot.name + ".v", slot.shape, slot.second_of(state.second_moment.span())));
  }
  return tensors;
}

Status write_tensors(system::Files& files, const system::Path& file,
                     std::vector<TensorToWrite> tensors) {
  GLASS_TRY(const auto out, files.create(file));
  GLASS_TRY_STATUS(write_safetensors(*out, std::move(tensors), {}));
  return out->close();  // publish() makes it durable
}

Status write_aside(system::Files& files, const system::Path& staged, const Manifest& manifest,
                   const TrainingState& state, const ParameterLayout& layout) {
  GLASS_TRY_STATUS(files.remove_all(staged));
  GLASS_TRY_STATUS(files.make_folders(staged));
  GLASS_TRY_STATUS(
      write_tensors(files, staged / kModelFile, model_tensors(state.parameters, layout)));
  GLASS_TRY_STATUS(write_tensors(files, staged / kOptimizerFile, optimizer_tensors(state, layout)));
  if (!state.average.span().empty()) {
    GLASS_TRY_STATUS(
        write_tensors(files, staged / kAverageFile, model_tensors(state.average, layout)));
  }
  GLASS_TRY(const auto out, files.create(staged / kManifestFile));
  GLASS_TRY_STATUS(out->append(as_bytes(manifest_text(manifest))));
  return out->close();
}

// One tensor of a file: where it goes, and what it must be.
struct Wanted {
  std::string name;
  Shape shape;
  std::span<float> values;
};

// Reads the file, every byte of which is checked: header, tensors and their digests.
Status read_tensors(system::Files& files, const system::Path& file,
                    const std::vector<Wanted>& wanted, const TensorDigests& digests,
                    Parallel& parallel) {
  GLASS_TRY(const SafetensorsFile stored, SafetensorsFile::open(files, file));
  const auto corrupt = [&](const std::string& what) {
    return fail(ErrorCode::kCorruption, fmt::format("{}: {}", file.string(), what));
  };
  if (digests.size() != wanted.size())
    return corrupt(fmt::format("the manifest names {} tensors, the model has {}", digests.size(),
                               wanted.size()));
  std::vector<TensorToWrite> tensors;
  for (const Wanted& tensor : wanted) {
    const std::span<float> values = tensor.values;
    const Status copied = stored.content().copy_floats(tensor.name, tensor.shape, values);
    if (!copied) return corrupt(copied.error().message);
    const auto digest = digests.find(tensor.name);
    if (digest == digests.end())
      return corrupt(fmt::format("tensor '{}' is not in the manifest", tensor.name));
    if (crypto::sha256_chunked(as_bytes(std::span<const float>(values)), parallel) !=
        digest->second)
      return corrupt(
          fmt::format("tensor '{}' is not what its digest in the manifest says", tensor.name));
    tensors.push_back(float_tensor(tensor.name, tensor.shape, values));
  }
  const Bytes header = safetensors_header(std::move(tensors), {});
  if (!std::ranges::equal(stored.bytes().first(header.size()), header))
    return corrupt("its header is not the one that belongs to its tensors");
  return {};
}

// An error of these tells that the checkpoint is bad, not that the disk cannot be read.
bool is_broken(const Error& error) {
  return error.code == ErrorCode::kCorruption || error.code == ErrorCode::kNotFound;
}

}  // namespace

std::string checkpoint_name(int64_t step) {
  return fmt::format("{}{:06}", kPrefix, step);
}

Result<std::vector<int64_t>> list_checkpoints(system::Files& files, const system::Path& folder) {
  std::vector<int64_t> steps;
  if (!files.exists(folder)) return steps;
  GLASS_TRY(const auto entries, files.list(folder));
  for (const system::Entry& entry : entries) {
    const auto step = step_of(entry.name);
    if (step && entry.kind == system::Entry::Kind::kFolder) steps.push_back(*step);
  }
  std::ranges::sort(steps);
  return steps;
}

Status write_checkpoint(system::Files& files, const system::Path& folder, const Manifest& manifest,
                        const TrainingState& state, const ParameterLayout& layout) {
  const int64_t step = manifest.progress.step;
  GLASS_CHECK(manifest.progress == state.progress);
  const system::Path staged = aside(folder, "new", step);
  if (const Status written = write_aside(files, staged, manifest, state, layout); !written) {
    (void)files.remove_all(staged);  // makes room; what is left is removed at the next start
    return written;
  }
  GLASS_TRY_STATUS(remove_checkpoint(files, folder, step));
  return files.publish(staged, folder / checkpoint_name(step));
}

Status remove_checkpoint(system::Files& files, const system::Path& folder, int64_t step) {
  const system::Path checkpoint = folder / checkpoint_name(step);
  if (!files.exists(checkpoint)) return {};
  const system::Path leaving = aside(folder, "old", step);
  GLASS_TRY_STATUS(files.remove_all(leaving));
  GLASS_TRY_STATUS(files.publish(checkpoint, leaving));
  return files.remove_all(leaving);
}

Status remove_leftovers(system::Files& files, const system::Path& folder) {
  if (!files.exists(folder)) return {};
  GLASS_TRY(const auto entries, files.list(folder));
  for (const system::Entry& entry : entries) {
    if (entry.name.starts_with(kAside)) GLASS_TRY_STATUS(files.remove_all(folder / entry.name));
  }
  return {};
}

Result<Manifest> read_manifest(system::Files& files, const system::Path& folder, int64_t step) {
  const system::Path file = folder / checkpoint_name(step) / kManifestFile;
  GLASS_TRY(const std::string text, files.read_text(file));
  auto manifest = parse_manifest(text);
  if (!manifest) return in_context(file.string(), std::move(manifest).error());
  if (manifest->progress.step != step)
    return fail(ErrorCode::kCorruption,
                fmt::format("{}: it is that of step {}", file.string(), manifest->progress.step));
  return manifest;
}

Result<Manifest> load_checkpoint(system::Files& files, const system::Path& folder, int64_t step,
                                 const DecoderConfig& model, Numerics numerics,
                                 const ParameterLayout& layout, TrainingState& state,
                                 Parallel& parallel) {
  GLASS_TRY(Manifest manifest, read_manifest(files, folder, step));
  const system::Path checkpoint = folder / checkpoint_name(step);
  if (manifest.model != model)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{}: it is the checkpoint of another model; give another folder",
                            checkpoint.string()));
  if (manifest.numerics != numerics)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{}: it is the checkpoint of a training in numerics class {}, not {}; "
                            "give another folder",
                            checkpoint.string(), name(manifest.numerics), name(numerics)));
  std::vector<Wanted> parameters, moments, average;
  for (const ParameterSlot& slot : layout.slots()) {
    const std::span<float> second = state.second_moment.span();
    parameters.push_back({slot.name, slot.shape, slot.of(state.parameters.span())});
    moments.push_back({slot.name + ".m", slot.shape, slot.of(state.first_moment.span())});
    if (!second.empty() && slot.has_second_moment())
      moments.push_back({slot.name + ".v", slot.shape, slot.second_of(second)});
    if (!state.average.span().empty())
      average.push_back({slot.name, slot.shape, slot.of(state.average.span())});
  }
  GLASS_TRY_STATUS(read_tensors(files, checkpoint / kModelFile, parameters,
                                manifest.digests.parameters, parallel));
  GLASS_TRY_STATUS(read_tensors(files, checkpoint / kOptimizerFile, moments,
                                manifest.digests.optimizer, parallel));
  if (average.empty() != manifest.digests.average.empty())
    return fail(ErrorCode::kInvalidInput,
                fmt::format("{}: it {} an average of the weights; give another folder",
                            checkpoint.string(), average.empty() ? "has" : "is without"));
  if (!average.empty()) {
    GLASS_TRY_STATUS(read_tensors(files, checkpoint / kAverageFile, average,
                                  manifest.digests.average, parallel));
  }
  state.progress = manifest.progress;
  return manifest;
}

Result<LatestCheckpoint> load_latest(system::Files& files, const system::Path& folder,
                                     int64_t last_step, const DecoderConfig& model,
                                     Numerics numerics, const ParameterLayout& layout,
                                     TrainingState& state, Parallel& parallel) {
  GLASS_TRY(std::vector<int64_t> steps, list_checkpoints(files, folder));
  std::ranges::reverse(steps);
  LatestCheckpoint latest;
  for (const int64_t step : steps) {
    if (step > last_step) continue;
    auto loaded = load_checkpoint(files, folder, step, model, numerics, layout, state, parallel);
    if (loaded) {
      latest.manifest = std::move(*loaded);
      break;
    }
    if (!is_broken(loaded.error())) return tl::unexpected(std::move(loaded).error());
    latest.broken.push_back(loaded.error().message);
  }
  return latest;
}

}  // namespace glass::engine

#include "glass/engine/train/checkpoint_writer.h"

#include <cstdint>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/engine/optim/parameter_layout.h"
#include "glass/engine/train/checkpoint.h"
#include "glass/engine/train/manifest.h"
#include "glass/system/files.h"

namespace glass::engine {

Status apply_retention(system::Files& files, const system::Path& folder,
                       const Retention& retention) {
  GLASS_CHECK(retention.keep_last >= 1 && retention.keep_every_steps >= 0);
  GLASS_TRY(const std::vector<int64_t> steps, list_checkpoints(files, folder));
  for (int64_t i = 0; i + retention.keep_last < std::ssize(steps); ++i) {
    const int64_t step = steps[static_cast<size_t>(i)];
    const int64_t every = retention.keep_every_steps;
    if (every > 0 && step % every == 0) continue;
    GLASS_TRY_STATUS(remove_checkpoint(files, folder, step));
  }
  return {};
}

CheckpointWriter::CheckpointWriter(system::Files& files, system::Path folder,
                                   const Retention& retention, const ParameterLayout& layout,
                                   int moments, bool average)
    : files_(files),
      folder_(std::move(folder)),
      retention_(retention),
      layout_(layout),
      snapshot_(layout, moments, average) {}

CheckpointWriter::~CheckpointWriter() {
  if (thread_.joinable()) thread_.join();
}

Status CheckpointWriter::wait() {
  if (thread_.joinable()) thread_.join();
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  return std::exchange(outcome_, {});
}

Status CheckpointWriter::poll() {
  if (!done_) return {};
  return wait();
}

void CheckpointWriter::start(Manifest manifest) {
  GLASS_CHECK(done_ && !thread_.joinable());
  done_ = false;
  auto job = [this, manifest = std::move(manifest)] {
    try {
      outcome_ = write(manifest);
    } catch (...) {
      thrown_ = std::current_exception();
    }
    done_ = true;
  };
  try {
    thread_ = std::thread(job);
  } catch (const std::system_error&) {
    job();  // a machine that has no more threads waits instead
  }
}

Status CheckpointWriter::write(const Manifest& manifest) {
  GLASS_TRY_STATUS(files_.make_folders(folder_));
  GLASS_TRY_STATUS(write_checkpoint(files_, folder_, manifest, snapshot_, layout_));
  return apply_retention(files_, folder_, retention_);
}

}  // namespace glass::engine

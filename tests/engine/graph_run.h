// GraphRun (tests only): a graph, memory for everything that it binds, and a way to run it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "glass/engine/kernels/kernels.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/plan/executor.h"
#include "glass/system/thread_pool.h"

namespace glass::engine::testing {

struct RunOptions {
  const Kernels* kernels = &reference_kernels();
  int workers = 1;
  std::vector<std::string> keep = {};
};

// REQUIRES: graphs that plan and bind without errors; anything else ends the test program.
class GraphRun {
 public:
  explicit GraphRun(Graph graph, const RunOptions& options = {});

  [[nodiscard]] const Graph& graph() const { return executor_->plan().graph; }

  [[nodiscard]] Executor& executor() { return *executor_; }

  // The memory bound to an input, parameter or gradient.
  [[nodiscard]] std::vector<float>& floats(std::string_view name);
  [[nodiscard]] std::vector<int32_t>& integers(std::string_view name);

  void run();

  // An output, a kept value, or a gradient.
  [[nodiscard]] std::vector<float> value(std::string_view name);
  [[nodiscard]] std::map<std::string, std::vector<float>> gradients() const;

 private:
  std::unique_ptr<system::ThreadPool> pool_;
  std::unique_ptr<Executor> executor_;
  std::map<std::string, std::vector<float>, std::less<>> floats_;
  std::map<std::string, std::vector<int32_t>, std::less<>> integers_;
};

// Parameters far from their beginnings, so that every term of a gradient matters: a pure function
// of seed and name.
void fill_parameters(GraphRun& run, uint64_t seed);

// A batch of random tokens. Every sequence is cut into documents of the given lengths (the last one
// is as long as it must be); the last row of each sequence is masked.
void fill_batch(GraphRun& run, const DecoderConfig& config, BatchShape shape,
                const std::vector<int64_t>& document_lengths, uint64_t seed);

// Small decoders that use every part: grouped heads, a head_dim that is not d_model / n_heads, a
// vocabulary and widths that are no multiple of anything.
DecoderConfig tiny_llama();
DecoderConfig tiny_gpt2();

// These and the forms of the other families: together they hold every operation of a decoder.
struct SmallDecoder {
  const char* name;
  DecoderConfig config;
};

std::ostream& operator<<(std::ostream& out, const SmallDecoder& decoder);
std::vector<SmallDecoder> small_decoders();

}  // namespace glass::engine::testing

// A real pre-trained model (stories260K of llama2.c): greedy generation with the cache gives the
// reference's tokens, and every log-probability agrees with its float64 computation.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/engine/formats/llama2c.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/system/files.h"
#include "glass/testkit/test_files.h"
#include "tests/engine/graph_run.h"

namespace glass::engine::testing {
namespace {

constexpr double kTolerance = 1e-5;  // nats; float32 against float64

double log_probability(const std::vector<float>& logits, int64_t token) {
  const double most = static_cast<double>(*std::ranges::max_element(logits));
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - most);
  return static_cast<double>(logits[static_cast<size_t>(token)]) - most - std::log(sum);
}

TEST(Stories260K, GreedyTextAndLogProbabilitiesAreTheReferences) {
  const system::Path shared = testkit::shared_file("assets/models/stories260K");
  GLASS_SKIP_WITHOUT(shared);
  system::Files& files = system::posix_files();
  const Json reference = parse_json(files.read_text(shared / "greedy_200.json").value()).value();
  const Json::Array& tokens = *reference.get_array("tokens").value();
  const Json::Array& logprobs = *reference.get_array("logprob_f64").value();
  const Bytes file = files.read(shared / "stories260K.bin").value();
  const ModelFile model = parse_llama2c(file).value();

  for (const Kernels* kernels : available_kernels()) {
    GraphRun run(build_inference_graph(model.config, {}).value(), {.kernels = kernels});
    for (const auto& [name, tensor] : model.tensors) run.floats(name) = tensor.values;
    int64_t token = reference.get_int("bos").value();
    double worst = 0;
    for (size_t i = 0; i < tokens.size(); ++i) {
      run.integers("tokens") = {static_cast<int32_t>(token)};
      run.integers("positions") = run.integers("length") = {static_cast<int32_t>(i)};
      run.run();
      const std::vector<float> logits = run.value("logits");
      token = std::ranges::max_element(logits) - logits.begin();
      ASSERT_EQ(token, *tokens[i].if_int()) << "token " << i << " on " << kernels->name();
      worst = std::max(worst, std::abs(log_probability(logits, token) - *logprobs[i].if_double()));
    }
    EXPECT_LT(worst, kTolerance) << kernels->name();
    RecordProperty("worst_nats_" + std::string(kernels->name()), std::to_string(worst));
  }
}

}  // namespace
}  // namespace glass::engine::testing

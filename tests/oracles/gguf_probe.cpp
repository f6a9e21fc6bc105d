// gguf_probe FILE TOKENS PROMPT...: what this program makes of a GGUF file, as JSON for gguf.mjs:
// of each prompt its tokens, its most likely continuation by so many tokens, and at each of its
// steps the most likely tokens with the logarithms of their probabilities. A prompt @FILE is the
// text of that file, and is not continued.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/engine/generate/generator.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/service/gguf_models.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

constexpr size_t kTop = 5;

// [token, log probability] of the most likely tokens, the most likely first.
Json most_likely(std::span<const float> logits) {
  std::vector<std::pair<double, int64_t>> order;
  double sum = 0;
  const auto largest = static_cast<double>(std::ranges::max(logits));
  for (size_t id = 0; id < logits.size(); ++id) {
    const double above = static_cast<double>(logits[id]) - largest;
    sum += std::exp(above);
    order.emplace_back(-above, static_cast<int64_t>(id));
  }
  std::ranges::sort(order);
  Json::Array top;
  for (size_t i = 0; i < kTop; ++i)
    top.emplace_back(Json::Array{order[i].second, -order[i].first - std::log(sum)});
  return top;
}

Result<Json> probe(const GgufModel& model, const std::string& prompt, int64_t count) {
  SerialParallel serial;
  const auto parameters = [&](const std::string& name) -> std::span<const float> {
    const auto tensor = model.model.tensors.find(name);
    return tensor == model.model.tensors.end() ? std::span<const float>{} : tensor->second.values;
  };
  std::vector<data::TokenId> ids;
  model.tokenizer.encode(prompt, ids);
  std::vector<int32_t> sequence = {model.begin};
  sequence.insert(sequence.end(), ids.begin(), ids.end());
  Json::Array steps, continuation;
  for (int64_t i = 0; i < count; ++i) {
    GLASS_TRY(const std::vector<float> logits,
              engine::sequence_logits(model.model.config, parameters, sequence,
                                      std::ssize(sequence), *engine::find_kernels(""), serial));
    const auto rows = static_cast<size_t>(model.model.config.vocabulary);
    steps.push_back(most_likely(std::span(logits).last(rows)));
    const int64_t next = *(*(*steps.back().if_array())[0].if_array())[0].if_int();
    continuation.emplace_back(next);
    sequence.push_back(static_cast<int32_t>(next));
  }
  return Json(Json::Object{{"prompt", prompt},
                           {"ids", Json::Array(ids.begin(), ids.end())},
                           {"continuation", std::move(continuation)},
                           {"steps", std::move(steps)}});
}

Status run(const std::vector<std::string>& words) {
  if (words.size() < 3) return invalid_input("usage: gguf_probe FILE TOKENS PROMPT...");
  GLASS_TRY(const GgufModel model, read_gguf_model(system::posix_files(), words[0]));
  Json::Array prompts;
  for (size_t i = 2; i < words.size(); ++i) {
    const bool is_file = words[i].starts_with('@');
    std::string text = words[i];
    if (is_file) {
      GLASS_TRY(text, system::posix_files().read_text(words[i].substr(1)));
    }
    GLASS_TRY(prompts.emplace_back(),
              probe(model, text, is_file ? 0 : std::atoi(words[1].c_str())));
  }
  std::cout << to_canonical(Json::Object{{"begin", model.begin},
                                         {"end", model.end},
                                         {"vocabulary", model.model.config.vocabulary},
                                         {"prompts", std::move(prompts)}})
            << '\n';
  return {};
}

}  // namespace
}  // namespace glass::service

int main(int argc, char** argv) {
  const glass::Status done = glass::service::run({argv + 1, argv + argc});
  if (!done) std::cerr << "gguf_probe: " << done.error().message << '\n';
  return done ? 0 : 1;
}

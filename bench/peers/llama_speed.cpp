// The peer of glass_generate_bench: llama.cpp, from the library that npm's node-llama-cpp brings,
// called directly, so that no JavaScript is in the way.
//
//   llama_speed BACKENDS_FOLDER MODEL.gguf THREADS
//
// Reads lines "prompt N" and "decode N" and answers each with seconds: a prompt of N tokens at once
// with the logits of its last, or N tokens one after the other from an empty cache, each the most
// likely one. Its threads stay, as in llama.cpp's own benchmark. Compiled by bench/run against the
// headers in node-llama-cpp's own bundle.
#include <ggml-backend.h>
#include <ggml-cpu.h>
#include <llama.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr uint32_t kContext = 1024;

void feed(llama_context* context, std::vector<llama_token>& tokens) {
  if (llama_decode(context, llama_batch_get_one(tokens.data(), static_cast<int>(tokens.size()))))
    std::exit(1);
  llama_synchronize(context);
}

llama_token most_likely(llama_context* context, int vocabulary) {
  const float* logits = llama_get_logits_ith(context, -1);
  return static_cast<llama_token>(std::max_element(logits, logits + vocabulary) - logits);
}

double seconds_for(llama_context* context, int vocabulary, bool prompt, int count) {
  llama_memory_clear(llama_get_memory(context), true);
  std::vector<llama_token> tokens(prompt ? static_cast<size_t>(count) : 1);
  for (size_t i = 0; i < tokens.size(); ++i)
    tokens[i] = static_cast<llama_token>(i * 7 % static_cast<size_t>(vocabulary));
  const auto begin = Clock::now();
  for (int i = 0; i < (prompt ? 1 : count); ++i) {
    feed(context, tokens);
    tokens.back() = most_likely(context, vocabulary);
  }
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Threads that outlive a call. Their functions are in the backend that suits the processor, which
// was loaded at run time.
void keep_threads(llama_context* context, int threads) {
  auto* device = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
  auto* registry = ggml_backend_dev_backend_reg(device);
  const auto create = reinterpret_cast<decltype(ggml_threadpool_new)*>(
      ggml_backend_reg_get_proc_address(registry, "ggml_threadpool_new"));
  if (create == nullptr) std::exit(1);
  ggml_threadpool_params params = ggml_threadpool_params_default(threads);
  llama_attach_threadpool(context, create(&params), nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  llama_log_set([](ggml_log_level, const char*, void*) {}, nullptr);
  ggml_backend_load_all_from_path(argv[1]);
  llama_backend_init();
  llama_model* model = llama_model_load_from_file(argv[2], llama_model_default_params());
  if (model == nullptr) return 1;
  llama_context_params params = llama_context_default_params();
  params.n_ctx = kContext;
  params.n_batch = params.n_ubatch = kContext;
  params.n_threads = params.n_threads_batch = std::atoi(argv[3]);
  llama_context* context = llama_init_from_model(model, params);
  if (context == nullptr) return 1;
  keep_threads(context, params.n_threads);
  const int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
  char line[64];
  while (std::fgets(line, sizeof(line), stdin) != nullptr) {
    const bool prompt = std::strncmp(line, "prompt ", 7) == 0;
    std::printf("%.9f\n", seconds_for(context, vocabulary, prompt, std::atoi(line + 7)));
    std::fflush(stdout);
  }
  llama_free(context);
  llama_model_free(model);
}

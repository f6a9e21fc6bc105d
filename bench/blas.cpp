#include "bench/blas.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace glass::bench {

namespace {

constexpr int kRowMajor = 101, kNoTrans = 111, kTrans = 112;  // of cblas.h

std::string find_library(const char* variable, const std::string& build) {
  if (const char* path = std::getenv(variable)) return path;
  constexpr std::array kFolders = {"/usr/lib/x86_64-linux-gnu/", "/usr/lib/aarch64-linux-gnu/"};
  for (const std::string folder : kFolders) {
    const std::string path = folder + build + "/libopenblas.so.0";
    if (void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
      ::dlclose(library);
      return path;
    }
  }
  return "";
}

}  // namespace

std::optional<Blas> Blas::open_pthread(int threads) {
  return open(find_library("GLASS_OPENBLAS", "openblas-pthread"), "OpenBLAS", threads);
}

std::optional<Blas> Blas::open_openmp(int threads) {
  return open(find_library("GLASS_OPENBLAS_OPENMP", "openblas-openmp"), "OpenBLAS-OpenMP", threads);
}

std::optional<Blas> Blas::open(const std::string& path, std::string name, int threads) {
  if (path.empty()) return std::nullopt;
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::nullopt;
  Blas blas;
  blas.name_ = std::move(name);
  blas.sgemm_ = reinterpret_cast<Sgemm>(::dlsym(library, "cblas_sgemm"));
  const auto set_threads =
      reinterpret_cast<void (*)(int)>(::dlsym(library, "openblas_set_num_threads"));
  if (blas.sgemm_ == nullptr || set_threads == nullptr) return std::nullopt;
  set_threads(threads);
  return blas;
}

void Blas::gemm(const engine::GemmArgs& args) const {
  using Form = engine::GemmArgs::Form;
  const auto as_int = [](int64_t value) { return static_cast<int>(value); };
  sgemm_(kRowMajor, args.form == Form::kTN ? kTrans : kNoTrans,
         args.form == Form::kNT ? kTrans : kNoTrans, as_int(args.m), as_int(args.n), as_int(args.k),
         1.0F, args.a, as_int(args.a_stride), args.b, as_int(args.b_stride), 0.0F, args.c,
         as_int(args.c_stride));
}

}  // namespace glass::bench

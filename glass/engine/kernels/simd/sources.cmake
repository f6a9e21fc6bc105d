# The Highway twins: include(simd/sources.cmake) in the room's CMakeLists.txt, then pass SIMD_HEADERS,
# SIMD_SOURCES, SIMD_TESTS and SIMD_LIBS on to glass_module. Each family adds its own files here.
set(SIMD_HEADERS simd/fma_burst.h simd/simd_kernels.h)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64|aarch64|arm64)$")
  set(SIMD_SOURCES
    simd/simd_kernels.cpp
    simd/fma_burst.cpp
    simd/gemm.cpp
    simd/gemm_plan.cpp
    simd/gemm_run.cpp
    simd/gemm_target.cpp
    simd/linear_cross_entropy.cpp
    simd/stored_panels.cpp
    simd/norm.cpp
    simd/rope.cpp
    simd/attention.cpp
    simd/activation.cpp
    simd/combine.cpp
    simd/dropout.cpp
    simd/embedding.cpp
    simd/random_normal.cpp
    simd/reduction.cpp
    simd/storage.cpp
    simd/update.cpp)
  set(SIMD_TESTS simd/gemm_test.cpp simd/math_twins_test.cpp)
  set(SIMD_LIBS hwy::hwy)
else()
  set(SIMD_SOURCES simd/no_simd.cpp)
  set(SIMD_TESTS)
  set(SIMD_LIBS)
endif()

# glass_module: one call makes one room of the house. It stands in the room's own CMakeLists.txt.
#
#   glass_module(record/tlog            folder = room = target glass_record_tlog
#     HEADERS tile.h ...                each is compiled alone, so each must be self-contained
#     SOURCES tile.cpp ...
#     TESTS   tile_test.cpp ...         one test binary per room, found by CTest under the label "unit"
#     FUZZ    tile_fuzz.cpp ...         one fuzzer per file: libFuzzer with GLASS_LIBFUZZER, else a replayer of its corpus
#     DEPS    base system record/merkle the rooms this one may include; nothing else
#     TEST_DEPS sim                     rooms that its tests may include besides
#     LIBS    fmt::fmt)                 third-party targets
#
# Three locks hold the architecture:
#   1. tests/tidy.cpp reads build/layers.txt and refuses an #include of a room that is not in DEPS;
#   2. the link test links the room's whole archive with DEPS alone, so a use by forward declaration fails too;
#   3. all_verify_interface_header_sets compiles every header by itself.
#
# Presets with GLASS_UNITY_BUILD compile a room's sources together, and its tests, which halves the time of a clean
# build; so two helpers of one room never share a name, and what two files need stands in one of them.
if(GLASS_TESTS)
  include(GoogleTest)
endif()
# Optional test data that lies beside the checkout; tests that need it skip visibly without it.
set(GLASS_SHARED_DIR "${PROJECT_SOURCE_DIR}/../shared" CACHE PATH "Folder of shared vectors and assets")

add_library(glass_flags INTERFACE)
target_compile_features(glass_flags INTERFACE cxx_std_20)
target_compile_options(glass_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wdouble-promotion -ffp-contract=off
  $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion> # which g++ does not count to -Wconversion
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${GLASS_UNITY_BUILD}>>:-Wno-subobject-linkage> # each source is a header to it
  $<$<BOOL:${GLASS_WERROR}>:-Werror>)
target_include_directories(glass_flags INTERFACE ${PROJECT_SOURCE_DIR})

# The main functions of link tests, and of fuzzers without libFuzzer, compiled once for all.
add_library(glass_link_test OBJECT EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/cmake/link_test.cpp)
add_library(glass_replay_corpus OBJECT EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/tests/replay_corpus.cpp)
target_link_libraries(glass_replay_corpus PRIVATE glass_flags)

add_custom_target(unit_tests)
add_custom_target(fuzzers)

function(glass_module name)
  cmake_parse_arguments(M "" "" "HEADERS;SOURCES;TESTS;FUZZ;DEPS;TEST_DEPS;LIBS" ${ARGN})
  if(M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "glass_module(${name}): unknown arguments ${M_UNPARSED_ARGUMENTS}")
  endif()
  string(REPLACE "/" "_" id "glass_${name}") # a target name may not contain '/'

  foreach(list DEPS TEST_DEPS)
    set(targets_${list} ${M_${list}})
    list(TRANSFORM targets_${list} REPLACE "/" "_")
    list(TRANSFORM targets_${list} PREPEND "glass_")
  endforeach()

  add_library(${id} STATIC ${M_SOURCES})
  target_sources(${id} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${M_HEADERS})
  target_link_libraries(${id} PUBLIC glass_flags ${targets_DEPS} ${M_LIBS})
  if(GLASS_LIBFUZZER AND M_FUZZ) # coverage, where a fuzzer looks for it
    target_compile_options(${id} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  set_target_properties(${id} PROPERTIES UNITY_BUILD ${GLASS_UNITY_BUILD} UNITY_BUILD_BATCH_SIZE 0)

  list(JOIN M_DEPS " " line)
  list(JOIN M_TEST_DEPS " " test_line)
  set_property(GLOBAL APPEND PROPERTY GLASS_LAYERS "${name}: ${line}" "${name}(tests): ${test_line}")

  if(GLASS_TESTS)
    add_executable(${id}_linktest $<TARGET_OBJECTS:glass_link_test>)
    target_link_libraries(${id}_linktest PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,${id}>")
    if(M_TESTS)
      add_executable(${id}_test ${M_TESTS})
      add_dependencies(unit_tests ${id}_test)
      target_compile_options(${id}_test PRIVATE -O1) # what takes long is in the rooms, not in their tests
      target_link_libraries(${id}_test PRIVATE ${id} ${targets_TEST_DEPS} GTest::gtest_main rapidcheck)
      set_target_properties(${id}_test PROPERTIES UNITY_BUILD ${GLASS_UNITY_BUILD} UNITY_BUILD_BATCH_SIZE 0)
      gtest_discover_tests(${id}_test TEST_PREFIX "${name}/" DISCOVERY_MODE PRE_TEST
        PROPERTIES LABELS unit)
    endif()
    foreach(fuzzer IN LISTS M_FUZZ)
      glass_fuzzer(${id} ${fuzzer})
    endforeach()
  endif()
endfunction()

# glass_fuzzer(room_target x_fuzz.cpp): the fuzzer `x_fuzz`, with its seeds in tests/corpus/x.
function(glass_fuzzer room source)
  get_filename_component(target ${source} NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" seeds ${target})
  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE ${room})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzzers)
  add_dependencies(fuzzers ${target})
  set(replay_only)
  if(GLASS_LIBFUZZER)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    set(replay_only -runs=0)
  else()
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:glass_replay_corpus>)
  endif()
  add_test(NAME fuzz/${target} COMMAND ${target} ${replay_only} ${PROJECT_SOURCE_DIR}/tests/corpus/${seeds})
  set_tests_properties(fuzz/${target} PROPERTIES LABELS fuzz)
endfunction()

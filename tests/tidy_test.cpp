// Every rule of tidy bites: each test plants one fault in a small tree that tidy accepts.
//
// usage: tidy_test PATH_OF_TIDY [gtest flags]
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "glass/base/check.h"
#include "glass/system/files.h"
#include "glass/system/process.h"
#include "glass/system/temporary_folder.h"

namespace glass {
namespace {

std::string tidy_program;

class Tidy : public testing::Test {
 protected:
  Tidy() {
    put("layers.txt", "low: \nlow(tests): sim\nhigh: low\nhigh(tests): \nsim: low\nsim(tests): \n");
    put("glass/low/README.md", "# low\n\nReads `low.h`, writes `chain.jsonl`.\n");
    put("glass/low/CMakeLists.txt", "low.cpp low_test.cpp");
    put("glass/low/low.h", "// What it is.\n");
    put("glass/low/internal/hidden.h", "// What it is.\n");
    put("glass/low/low.cpp", "#include \"glass/low/low.h\"\n");
    put("glass/low/low_test.cpp", "#include \"glass/sim/sim.h\"\n");
    put("glass/high/README.md", "# high\n");
    put("glass/high/CMakeLists.txt", "high.cpp");
    put("glass/high/high.cpp", "#include \"glass/low/low.h\"\n");
    put("glass/sim/README.md", "# sim\n");
    put("glass/sim/sim.h", "// What it is.\n");
  }

  void put(std::string_view file, std::string_view text) {
    const system::Path path = folder_ / file;
    GLASS_CHECK(system::posix_files().make_folders(path.parent_path()));
    GLASS_CHECK(system::posix_files().write_atomic(path, as_bytes(text)));
  }

  // What tidy complains about; empty if it is content.
  std::string complaints() {
    const auto output = system::posix_process().run(
        {.argv = {tidy_program, folder_.path().string(), (folder_ / "layers.txt").string()},
         .folder = {},
         .environment = {}});
    GLASS_CHECK(output.has_value());
    EXPECT_EQ(output->exit_status, output->err.empty() ? 0 : 1);
    return output->err;
  }

  system::TemporaryFolder folder_;
};

TEST_F(Tidy, AcceptsATreeWithoutFault) {
  EXPECT_EQ(complaints(), "");
}

TEST_F(Tidy, RefusesAnIncludeAgainstTheLayers) {
  put("glass/low/low.cpp", "\n#include \"glass/high/high.h\"\n");
  EXPECT_EQ(complaints(), "glass/low/low.cpp:2: low may not include high\n");
}

TEST_F(Tidy, RefusesOutsideOfTestsWhatIsForTests) {
  put("glass/low/low.cpp", "#include \"glass/sim/sim.h\"\n");
  EXPECT_EQ(complaints(), "glass/low/low.cpp:1: low may not include sim\n");
}

TEST_F(Tidy, RefusesAnotherRoomsInternals) {
  put("glass/high/high.cpp", "#include \"glass/low/internal/hidden.h\"\n");
  EXPECT_EQ(complaints(), "glass/high/high.cpp:1: internal to low\n");
}

TEST_F(Tidy, RefusesAnIncludeByRelativePath) {
  put("glass/low/low.cpp", "#include \"low.h\"\n");
  EXPECT_EQ(complaints(), "glass/low/low.cpp:1: include by full path, glass/...\n");
}

TEST_F(Tidy, RefusesAFileOutsideOfAllRooms) {
  put("glass/stray/stray.h", "// What it is.\n");
  EXPECT_EQ(complaints(), "glass/stray/stray.h:1: file is in no room\n");
}

TEST_F(Tidy, RefusesAFileThatNobodyBuilds) {
  put("glass/low/CMakeLists.txt", "low.cpp");
  EXPECT_EQ(complaints(),
            "glass/low/low_test.cpp:1: no CMakeLists.txt of the room names this file\n");
}

TEST_F(Tidy, RefusesARoomWithoutReadme) {
  ASSERT_TRUE(system::posix_files().remove_all(folder_ / "glass/high/README.md"));
  EXPECT_EQ(complaints(), "glass/high/README.md:1: the room has no README.md, or an empty one\n");
}

TEST_F(Tidy, RefusesAReadmeThatNamesWhatDoesNotExist) {
  put("glass/low/README.md", "# low\n\n`low.h`, `glass/low/low.h`, `gone.h` and `docs/gone`\n");
  EXPECT_EQ(complaints(),
            "glass/low/README.md:3: names a file that does not exist: gone.h\n"
            "glass/low/README.md:3: names a file that does not exist: docs/gone\n");
}

TEST_F(Tidy, RefusesAReadmeOfMoreThanOneScreen) {
  put("glass/low/README.md", "# low\n" + std::string(60, '\n'));
  EXPECT_EQ(complaints(), "glass/low/README.md:1: README exceeds 60 lines\n");
}

TEST_F(Tidy, RefusesWhatDoesNotFitOnAScreen) {
  std::string body;
  for (int i = 0; i < 69; ++i) body += "  x();\n";
  put("glass/low/low.cpp", "void f() {\n" + body + "}\n// " + std::string(98, '-') + "\n");
  EXPECT_EQ(complaints(),
            "glass/low/low.cpp:72: line exceeds 100 columns\n"
            "glass/low/low.cpp:1: function exceeds 70 lines\n");
  put("glass/low/low.cpp", std::string(601, '\n'));
  EXPECT_EQ(complaints(), "glass/low/low.cpp:1: file exceeds 600 lines\n");
}

TEST_F(Tidy, RefusesAHeaderThatDoesNotSayWhatItIsFor) {
  put("glass/low/low.h", "#pragma once\n");
  EXPECT_EQ(complaints(), "glass/low/low.h:1: header does not say what it is for\n");
}

TEST_F(Tidy, RefusesBannedWords) {
  put("glass/low/low.cpp", "auto t = std::chrono::system_clock::now();\n");
  EXPECT_EQ(complaints(),
            "glass/low/low.cpp:1: system_clock: use system::Clock, so that the simulator can own "
            "time\n");
}

}  // namespace
}  // namespace glass

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) return 2;
  glass::tidy_program = argv[1];
  return RUN_ALL_TESTS();
}

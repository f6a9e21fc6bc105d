#include <csignal>
#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include "glass/system/process.h"
#include "glass/system/temporary_folder.h"

namespace glass::system {
namespace {

ProcessOutput shell(const std::string& script) {
  return posix_process()
      .run({.argv = {"sh", "-c", script}, .folder = {}, .environment = {}})
      .value();
}

TEST(Process, TellsOutputErrorsAndStatusApart) {
  const ProcessOutput output = shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(output.out, "out\n");
  EXPECT_EQ(output.err, "err\n");
  EXPECT_EQ(output.exit_status, 3);
}

TEST(Process, MuchOutputOnBothSidesDoesNotBlock) {
  // More than the 64 KiB a pipe holds, errors first.
  const ProcessOutput output =
      shell("head -c 300000 /dev/zero >&2; head -c 200000 /dev/zero; head -c 100000 /dev/zero >&2");
  EXPECT_EQ(output.out.size(), 200'000U);
  EXPECT_EQ(output.err.size(), 400'000U);
}

TEST(Process, StandardInputIsEmpty) {
  EXPECT_EQ(shell("cat; echo end").out, "end\n");
}

TEST(Process, ASignalIsToldAsAShellTellsIt) {
  EXPECT_EQ(shell("kill -TERM $$").exit_status, 128 + SIGTERM);
}

TEST(Process, ArgumentsReachTheProgramAsTheyAre) {
  const auto output = posix_process().run(
      {.argv = {"printf", "%s|", "a b", "$HOME", "*", ""}, .folder = {}, .environment = {}});
  EXPECT_EQ(output.value().out, "a b|$HOME|*||");
}

TEST(Process, FolderAndEnvironmentAreTheOnesGiven) {
  const TemporaryFolder folder;
  const auto output = posix_process().run(
      {.argv = {"sh", "-c", "pwd -P; echo $GLASS_A; echo $HOME; env | grep -c ^HOME="},
       .folder = folder.path().string(),
       .environment = {"GLASS_A=1", "HOME=/elsewhere"}});
  EXPECT_EQ(output.value().out,
            std::filesystem::canonical(folder.path()).string() + "\n1\n/elsewhere\n1\n");
}

TEST(Process, AnAbsentProgramOrFolderIsNamed) {
  const auto no_program =
      posix_process().run({.argv = {"glass-no-such-program"}, .folder = {}, .environment = {}});
  EXPECT_EQ(no_program.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(no_program.error().message, "there is no program glass-no-such-program");
  const auto no_folder =
      posix_process().run({.argv = {"true"}, .folder = "/no/such", .environment = {}});
  EXPECT_EQ(no_folder.error().message, "there is no program true or no folder /no/such");
}

}  // namespace
}  // namespace glass::system

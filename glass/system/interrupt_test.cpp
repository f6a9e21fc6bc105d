#include "glass/system/interrupt.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include <gtest/gtest.h>

namespace glass::system {
namespace {

// The wait status of a child that catches interrupts and does `work`.
int status_of_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    catch_interrupts();
    ::_exit(work());
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST(Interrupt, TheFirstSignalIsAQuestion) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const int status = status_of_child([signal] {
      if (interrupted()) return 1;
      std::raise(signal);
      return interrupted() ? 42 : 2;
    });
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 42);
  }
}

TEST(Interrupt, TheSecondSignalEndsTheProcess) {
  const int status = status_of_child([] {
    std::raise(SIGINT);
    std::raise(SIGTERM);
    return 0;
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

TEST(Interrupt, AWaitEndsEarly) {
  const int status = status_of_child([] {
    if (wait_interruptibly(1)) return 1;
    std::raise(SIGTERM);
    return wait_interruptibly(3'600'000) ? 0 : 2;
  });
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace glass::system

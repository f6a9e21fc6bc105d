#include "glass/system/interrupt.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <thread>

#include "glass/base/check.h"

namespace glass::system {

namespace {

std::atomic<bool> asked_to_stop = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may not take locks");

extern "C" void glass_on_interrupt(int signal_number) {
  if (!asked_to_stop.exchange(true)) return;
  // The user insists. The default action takes effect when this handler returns.
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};

  action.sa_handler = glass_on_interrupt;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  GLASS_CHECK(::sigaction(SIGINT, &action, nullptr) == 0);
  GLASS_CHECK(::sigaction(SIGTERM, &action, nullptr) == 0);
}

bool interrupted() {
  return asked_to_stop.load(std::memory_order_relaxed);
}

// nanosleep is cut off by the signal that a thread takes; another thread may take it, so the wait
// is in pieces.
bool wait_interruptibly(int64_t milliseconds) {
  constexpr int64_t kPieceMs = 100;
  for (; milliseconds > 0 && !interrupted(); milliseconds -= kPieceMs)
    std::this_thread::sleep_for(std::chrono::milliseconds(std::min(milliseconds, kPieceMs)));
  return interrupted();
}

}  // namespace glass::system

#include "glass/system/thread_pool.h"

#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "glass/base/check.h"
#include "glass/system/float_environment.h"

namespace glass::system {

namespace {

using SteadyClock = std::chrono::steady_clock;

// How long to look for news before sleeping. An empty job costs two awake workers 1 microsecond,
// and 15 to 20 when one has to be woken (measured); the gaps between the jobs of a training step
// are shorter than this.
constexpr auto kSpinTime = std::chrono::microseconds(200);
constexpr size_t kCacheLine = 64;  // what two cores must not write at once

void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// kSleep where workers outnumber cores; kYield where the kernel may have put two of them on one
// core; kSpin where each has its own.
enum class Waiting { kSleep, kYield, kSpin };

// Returns when `word` is no longer `old`: looks for a while, then sleeps.
void wait_while(const std::atomic<uint32_t>& word, uint32_t old, Waiting waiting) {
  if (waiting != Waiting::kSleep) {
    const auto end = SteadyClock::now() + kSpinTime;
    do {
      for (int i = 0; i < 32; ++i) {
        if (word.load(std::memory_order_acquire) != old) return;
        pause_briefly();
      }
      if (waiting == Waiting::kYield) ::sched_yield();
    } while (SteadyClock::now() < end);
  }
  word.wait(old, std::memory_order_acquire);  // returns only when the value has changed
}

std::vector<int> cores_of_this_thread() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  std::vector<int> cores;
  if (::sched_getaffinity(0, sizeof(mask), &mask) != 0) return cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(static_cast<size_t>(core), &mask)) cores.push_back(core);
  }
  return cores;
}

// A pool that takes all cores gives each worker its own: else a loaded machine may keep two workers
// on one core, where they spin in turns, and a job costs 100 microseconds instead of 1 (measured).
// With fewer workers than cores two programs side by side would choose the same cores, so then the
// kernel chooses.
void pin(pthread_t thread, int core) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  CPU_SET(static_cast<size_t>(core), &mask);
  ::pthread_setaffinity_np(thread, sizeof(mask), &mask);  // a hint: may fail
}

// Worker 0 is the caller's thread: it is sent to its core, but may go where it likes, and so may
// the threads and processes that it starts.
void send_caller_to(int core) {
  if (::sched_getcpu() == core) return;
  cpu_set_t before;
  if (::pthread_getaffinity_np(::pthread_self(), sizeof(before), &before) != 0) return;
  pin(::pthread_self(), core);
  ::pthread_setaffinity_np(::pthread_self(), sizeof(before), &before);
}

}  // namespace

// A job is a new value of `epoch`; `busy` counts the workers that have not finished it.
struct ThreadPool::State {
  int workers = 1;
  int caller_core = -1;  // where the pool is pinned, else -1
  Waiting waiting = Waiting::kSleep;
  bool stop = false;                             // written before the last epoch
  const FunctionRef<void(int)>* body = nullptr;  // of the current epoch
  std::atomic<bool> running = false;             // finds nested and simultaneous runs
  alignas(kCacheLine) std::atomic<uint32_t> epoch = 0;
  alignas(kCacheLine) std::atomic<uint32_t> busy = 0;
  std::vector<std::thread> threads;
  std::mutex thrown_mutex;
  std::exception_ptr thrown;  // the first exception that left a body of the current epoch

  void announce() {
    epoch.fetch_add(1);
    epoch.notify_all();
  }

  void work(int worker) {
    for (uint32_t seen = 0;; ++seen) {
      wait_while(epoch, seen, waiting);
      if (stop) return;
      GLASS_CHECK(float_environment_is_standard());
      call(*body, worker);
      if (busy.fetch_sub(1) == 1) busy.notify_one();
    }
  }

  void call(FunctionRef<void(int)> job, int worker) {
    try {
      job(worker);
    } catch (...) {
      const std::lock_guard lock(thrown_mutex);
      if (!thrown) thrown = std::current_exception();
    }
  }

  // Whether there is one more worker now.
  bool add_worker(int worker) {
    try {
      threads.emplace_back([this, worker] { work(worker); });
    } catch (const std::system_error&) {
      return false;
    }
    const std::string name = "glass-" + std::to_string(worker);
    ::pthread_setname_np(threads.back().native_handle(), name.c_str());
    return true;
  }
};

ThreadPool::ThreadPool(int workers) : state_(std::make_unique<State>()) {
  GLASS_CHECK(workers >= 1);
  const std::vector<int> cores = cores_of_this_thread();
  if (workers > 1 && static_cast<size_t>(workers) == cores.size()) {
    state_->caller_core = cores[0];
    state_->waiting = Waiting::kSpin;
  }
  if (static_cast<size_t>(workers) < cores.size()) state_->waiting = Waiting::kYield;
  // Signals go to the threads that were there before.
  sigset_t all, before;
  sigfillset(&all);
  GLASS_CHECK(::pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
  while (state_->workers < workers && state_->add_worker(state_->workers)) {
    const auto worker = static_cast<size_t>(state_->workers++);
    if (state_->caller_core >= 0) pin(state_->threads.back().native_handle(), cores[worker]);
  }
  GLASS_CHECK(::pthread_sigmask(SIG_SETMASK, &before, nullptr) == 0);
}

ThreadPool::~ThreadPool() {
  state_->stop = true;
  state_->announce();
  for (std::thread& thread : state_->threads) thread.join();
}

int ThreadPool::workers() const {
  return state_->workers;
}

void ThreadPool::run(FunctionRef<void(int)> body) {
  State& state = *state_;
  GLASS_CHECK(!state.running.exchange(true));  // not reentrant
  GLASS_CHECK(float_environment_is_standard());
  if (state.workers > 1) {
    if (state.caller_core >= 0) send_caller_to(state.caller_core);
    state.body = &body;
    state.busy.store(static_cast<uint32_t>(state.workers - 1));
    state.announce();
  }
  state.call(body, 0);
  for (uint32_t busy = state.busy.load(); busy != 0; busy = state.busy.load()) {
    wait_while(state.busy, busy, state.waiting);
  }
  state.running.store(false);
  if (state.thrown) std::rethrow_exception(std::exchange(state.thrown, nullptr));
}

}  // namespace glass::system

// Parallel: the way code that computes asks for more hands, without knowing threads.
//
// A job is cut by the number of its pieces, never by the number of workers, and each piece writes
// its own part of the output: so results cannot depend on who computed what.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

namespace glass {

// A non-owning reference to a callable; it must outlive the call it is passed to.
template <typename Signature>
class FunctionRef;

template <typename R, typename... Args>
class FunctionRef<R(Args...)> {
 public:
  template <typename F>

  requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef>)
      FunctionRef(F&& f)  // NOLINT(google-explicit-constructor): it stands in for the callable
      : object_(const_cast<void*>(static_cast<const void*>(&f))),
        call_([](void* object, Args... args) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<Args>(args)...);
        }) {}

  R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
  void* object_;
  R (*call_)(void*, Args...);
};

// Implementations: SerialParallel below, system::ThreadPool.
class Parallel {
 public:
  virtual ~Parallel() = default;

  // The number of workers, at least 1. Only for sizing scratch space and cutting work into pieces
  // whose borders do not show in the results.
  [[nodiscard]] virtual int workers() const = 0;

  // Calls body(worker) once on each worker, 0 <= worker < workers(), and returns when all have
  // returned. Worker 0 is the caller. Not reentrant. Throws one of the exceptions that left a body,
  // after all have ended.
  virtual void run(FunctionRef<void(int)> body) = 0;

  // Calls body(begin, end, worker) for the borders of `workers()` contiguous ranges that cover
  // [0, count), each a multiple of `grain` long except perhaps the last; empty ranges are skipped.
  // A single grain is done by the caller, without waking anybody.
  void split(int64_t count, int64_t grain, FunctionRef<void(int64_t, int64_t, int)> body) {
    const int64_t grains = (count + grain - 1) / grain;
    if (grains <= 1) {
      if (count > 0) body(0, count, 0);
      return;
    }
    const int64_t share = (grains + workers() - 1) / workers() * grain;
    run([&](int worker) {
      const int64_t begin = worker * share;
      const int64_t end = begin + share < count ? begin + share : count;
      if (begin < end) body(begin, end, worker);
    });
  }
};

class SerialParallel final : public Parallel {
 public:
  [[nodiscard]] int workers() const override { return 1; }

  void run(FunctionRef<void(int)> body) override { body(0); }
};

}  // namespace glass

#include "glass/service/facility/act_queue.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <mutex>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/facility/facility.h"

namespace glass::service {

// Whoever finds nobody busy works until their own act has its answer; the next then goes on.
Result<TakenAct> ActQueue::take(const record::Statement& act, int64_t now_ms) {
  Waiting mine{.act = &act, .now_ms = now_ms, .answer = {}};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&mine);
  while (!mine.answer) {
    if (is_busy_)
      answered_.wait(lock);
    else
      put_in(lock);
  }
  return std::move(*mine.answer);
}

void ActQueue::put_in(std::unique_lock<std::mutex>& lock) {
  const auto count = std::min(waiting_.size(), kMostActsTogether);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  const std::vector<Waiting*> together(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  is_busy_ = true;
  lock.unlock();
  std::vector<record::Statement> acts;
  int64_t now_ms = 0;
  for (const Waiting* one : together) {
    acts.push_back(*one->act);
    now_ms = std::max(now_ms, one->now_ms);
  }
  std::vector<Result<TakenAct>> answers = facility_.take_together(acts, now_ms);
  lock.lock();
  is_busy_ = false;
  for (size_t i = 0; i < together.size(); ++i) together[i]->answer = std::move(answers[i]);
  answered_.notify_all();
}

}  // namespace glass::service

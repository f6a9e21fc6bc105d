// ActQueue: acts of many authors at once. Those that come while one transaction is on its way wait,
// and go into the journal together in the next: so the disk is asked once for all of them.
//
// Nobody is answered before their act is durable, and each is decided after those before it, as if
// it had come alone. Any number of threads may put acts in.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "glass/base/result.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/facility/facility.h"

namespace glass::service {

class ActQueue {
 public:
  // `facility` belongs to the queue as long as it lives.
  explicit ActQueue(Facility& facility) : facility_(facility) {}

  // As Facility::take. Returns when the act is durable, or refused.
  [[nodiscard]] Result<TakenAct> take(const record::Statement& act, int64_t now_ms);

 private:
  struct Waiting {
    const record::Statement* act = nullptr;
    int64_t now_ms = 0;
    std::optional<Result<TakenAct>> answer;
  };

  // Puts the first of those that wait in together. Unlocked while it does.
  void put_in(std::unique_lock<std::mutex>& lock);

  Facility& facility_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::deque<Waiting*> waiting_;
  bool is_busy_ = false;  // somebody puts acts in
};

}  // namespace glass::service

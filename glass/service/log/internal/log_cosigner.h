// LogCosigner: a thread that takes each new state of a served log to its witnesses.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "glass/base/result.h"
#include "glass/record/tlog/policy.h"
#include "glass/service/log/internal/ask_witnesses.h"
#include "glass/service/log/internal/own_log.h"
#include "glass/system/files.h"

namespace glass::service {

class LogCosigner {
 public:
  // `publish` gets what witnesses have cosigned; `on_error` is told once what a witness refuses.
  // Files and log outlive it.
  struct World {
    system::Files& files;
    const OwnLog& log;
    record::Policy policy;
    int64_t every_ms;
    std::function<void(CosignedLog)> publish;
    std::function<void(const Error&)> on_error;
  };

  explicit LogCosigner(World world);
  ~LogCosigner();
  LogCosigner(const LogCosigner&) = delete;
  LogCosigner& operator=(const LogCosigner&) = delete;

 private:
  void work();
  void ask();
  void tell(const std::string& witness, const std::string& why);

  World world_;
  std::map<std::string, std::string> told_;  // by witness, what was said of it last
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;  // the last: it uses all of the above
};

}  // namespace glass::service

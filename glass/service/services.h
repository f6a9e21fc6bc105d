// Services: the world as a use case sees it. Doors and tests make one; use cases pass it on.
#pragma once

#include <string>

#include "glass/base/parallel.h"
#include "glass/crypto/ed25519.h"
#include "glass/service/progress.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/process.h"

namespace glass::service {

class Interlock;

struct Services {
  system::Files& files;
  system::Process& process;
  system::Clock& clock;
  Parallel& parallel;
  Progress& progress;
  const crypto::SecretKey& key;     // signs what this machine states
  system::Path cache;               // fetched packages; may be shared by runs, may be lost
  FunctionRef<bool()> interrupted;  // asked between steps
  std::string program;              // what its user types to run glass: for what to do next
  Interlock* interlock = nullptr;   // whoever governs trainings; none: nobody does
};

// The same world, with other files.
inline Services with_files(const Services& services, system::Files& files) {
  return {.files = files,
          .process = services.process,
          .clock = services.clock,
          .parallel = services.parallel,
          .progress = services.progress,
          .key = services.key,
          .cache = services.cache,
          .interrupted = services.interrupted,
          .program = services.program,
          .interlock = services.interlock};
}

}  // namespace glass::service

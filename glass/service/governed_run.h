// Governed run: the interlock between a facility and a training. A run starts only by a clearance
// that names its recipe, its data and its numerics; it is metered as it goes, and stops at its
// budget, when its level rises, and within seconds of somebody's stop.
//
// What always holds: whatever is edited, swapped, replayed or set back on the machine, the
// facility's journal decides; an operator's key can only say what has been used, start what is
// cleared, and stop.
//
// What is used is told at the start, every half minute and at the end. Who takes over from a
// process that did not tell its end pays for what it may have used since it told last: half a
// minute of all workers, and every step on the disk that nobody has told of. So killing it in
// between gains nothing. Of two processes that train one run, the one that was there first finds
// figures in the journal that are not its own, within a second, and stops.
#pragma once

#include <memory>
#include <string>

#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/service/interlock.h"
#include "glass/service/seal_training.h"
#include "glass/service/services.h"
#include "glass/system/files.h"

namespace glass::service {

struct GovernedRunChoice {
  system::Path facility;  // its folder
  std::string run;        // its id; or the beginning of one, if no other begins so
  system::Path out = {};  // folder of the training
  SealingChoice sealing = {};
};

struct Governance {
  std::unique_ptr<Interlock> interlock;
  std::unique_ptr<system::Files> sealed;  // through which the training reads and writes; null: its
                                          // level asks for none
};

// `key` is an operator's; it and `services` outlive what is returned. kRefused or kNotFound says
// what is missing.
[[nodiscard]] Result<Governance> govern(const GovernedRunChoice& choice,
                                        const crypto::SecretKey& key, const Services& services);

// Whether a run's level asks its process to leave the network before anything else. kRefused at
// SL-4, which this program cannot contain.
[[nodiscard]] Result<bool> is_contained(system::Files& files, const GovernedRunChoice& choice);

}  // namespace glass::service

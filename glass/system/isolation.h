// Isolation: a process that nothing leaves but by the file system.
#pragma once

#include "glass/base/result.h"

namespace glass::system {

// From now on this process and all that it starts have no network, not even with this machine, no
// core is dumped, and no other process of the user reads its memory. There is no way back. kRefused
// says what the kernel does not allow, and the way out. REQUIRES: this is the only thread.
[[nodiscard]] Status leave_network();

// Whether this process has.
bool has_left_network();

}  // namespace glass::system

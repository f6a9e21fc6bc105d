// Interrupt: Ctrl-C and SIGTERM as a question that long work asks between its steps.
#pragma once

#include <cstdint>

namespace glass::system {

// Installs the handlers. The first signal makes interrupted() true; the second ends the process.
void catch_interrupts();

[[nodiscard]] bool interrupted();

// Waits so long, or until interrupted() is true; returns that.
bool wait_interruptibly(int64_t milliseconds);

}  // namespace glass::system

// Interrupt: Ctrl-C and SIGTERM as a question that long work asks between its steps.
#pragma once

namespace glass::system {

// Installs the handlers. The first signal makes interrupted() true; the second ends the process.
void catch_interrupts();

[[nodiscard]] bool interrupted();

}  // namespace glass::system

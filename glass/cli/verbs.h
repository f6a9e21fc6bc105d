// Verbs: the subcommands of `glass`, their flags and help. Each runs a use case of service.
#pragma once

namespace glass::cli {

// Reads the command line and does what it says; returns the exit code.
int run(int argc, char** argv);

}  // namespace glass::cli

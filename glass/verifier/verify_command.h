// The command glass-verify.
#pragma once

namespace glass::verifier {

// Reads the flags, checks the folder, prints what was found; returns the exit code.
int verify_command(int argc, char** argv);

}  // namespace glass::verifier

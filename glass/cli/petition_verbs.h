// The verbs of `glass petition`: for the petition office, its moderators, those who answer, and
// whoever holds a receipt.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace glass::cli {

// Adds `petition` and its verbs to `app`; the chosen one puts what it does into `action`.
void add_petition(CLI::App& app, std::function<int()>& action);

}  // namespace glass::cli

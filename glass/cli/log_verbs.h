// The verbs of `glass log`.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace glass::cli {

// Adds `log` and its verbs to `app`; the chosen one puts what it does into `action`.
void add_log(CLI::App& app, std::function<int()>& action);

}  // namespace glass::cli

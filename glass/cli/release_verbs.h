// The verbs `glass release` and `glass verify`: making what a stranger checks, and checking it.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace glass::cli {

// Add the verb to `app`; the chosen one puts what it does into `action`.
void add_release(CLI::App& app, std::function<int()>& action);
void add_verify(CLI::App& app, std::function<int()>& action);

}  // namespace glass::cli

// The verb `glass state`: a signed statement of any kind.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace glass::cli {

// Adds the verb to `app`; if it is chosen it puts what it does into `action`.
void add_state(CLI::App& app, std::function<int()>& action);

}  // namespace glass::cli

// The verbs of `glass facility`, and those for the acts of its people.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace glass::cli {

// Adds `facility` and its verbs to `app`; the chosen one puts what it does into `action`.
void add_facility(CLI::App& app, std::function<int()>& action);

// Likewise verbs of their own for what people do often: propose, review, vote, clear, stop, object.
void add_governance(CLI::App& app, std::function<int()>& action);

}  // namespace glass::cli

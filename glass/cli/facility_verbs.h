// The verbs of `glass facility`, and those for the acts of its people.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/service/facility/draft_act.h"

namespace CLI {
class App;
}

namespace glass::cli {

// Adds `facility` and its verbs to `app`; the chosen one puts what it does into `action`.
void add_facility(CLI::App& app, std::function<int()>& action);

// A verb of its own for an act that people do often: some fields by their position.
struct ActVerb {
  const char* name;
  const char* help;
  const char* kind;
  std::vector<std::pair<const char*, const char*>> positions;  // field, help
  std::vector<const char*> always = {};                        // "cause=withdrawn"
};

// REQUIRES: `made` lives as long as the program.
void add_act_verb(CLI::App& parent, std::function<int()>& action, const ActVerb& made);

// Shows what is signed, signs it with the key in a file (empty: the user's own) and puts it into
// the journal of the facility.
[[nodiscard]] Status put_act(const std::string& folder, const std::string& key,
                             service::Draft draft, bool json, bool dry_run);

// Likewise verbs of their own for what people do often: propose, review, vote, clear, stop, object.
void add_governance(CLI::App& app, std::function<int()>& action);

}  // namespace glass::cli

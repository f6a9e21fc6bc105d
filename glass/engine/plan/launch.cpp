#include "glass/engine/plan/launch.h"

#include <map>
#include <string_view>

#include "glass/base/check.h"
#include "glass/engine/plan/ops/families.h"

namespace glass::engine {

const std::map<std::string_view, OpLaunch>& all_launches() {
  static const std::map<std::string_view, OpLaunch> table = [] {
    std::map<std::string_view, OpLaunch> launches;
    for (const auto& family :
         {launches::activation(), launches::attention(), launches::cache(), launches::dropout(),
          launches::elementwise(), launches::embedding(), launches::experts(), launches::linear(),
          launches::loss(), launches::normalization(), launches::position(), launches::qk_norm(),
          launches::storage()}) {
      for (const OpLaunch& launch : family) GLASS_CHECK(launches.emplace(launch.op, launch).second);
    }
    return launches;
  }();
  return table;
}

const OpLaunch* find_launch(std::string_view op) {
  const auto found = all_launches().find(op);
  return found == all_launches().end() ? nullptr : &found->second;
}

}  // namespace glass::engine

#include "glass/institution/safety/level_facts.h"

#include "glass/institution/safety/level.h"

namespace glass::institution {

Level level_of(Method method) {
  switch (method) {
    case Method::kText:
    case Method::kCode:
    case Method::kEmbedding:
    case Method::kClassifier: return Level::kSl1;
    case Method::kPhotorealMedia:
    case Method::kVoiceCloning:
    case Method::kReinforcementWithTools:
    case Method::kBiologyOrChemistry: return Level::kSl2;
    case Method::kNetworkedAgents:
    case Method::kResearchLoop: return Level::kSl3;
    case Method::kSelfModification: return Level::kSl4;
  }
  return Level::kSl4;
}

}  // namespace glass::institution

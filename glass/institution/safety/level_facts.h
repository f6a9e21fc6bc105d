// LevelFacts: what is known about a run or a model, as far as its level depends on it. What is not
// there is missing evidence.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/evaluation.h"
#include "glass/institution/safety/level.h"

namespace glass::institution {

enum class DataClass : uint8_t {
  kD0,  // public or licensed, no known personal data
  kD1,  // text or media of the web, with incidental personal data
  kD2,  // special categories, faces, voices, minors; only with filters that are proven
  kD3,  // of dual use: hazardous protocols, collections of exploits, weapons
  kD4,  // unlawful: refused, never levelled
};

inline constexpr std::array<std::string_view, 5> kDataClassWords = {"D0", "D1", "D2", "D3", "D4"};

// What a model is for, and how it is made: modalities and methods.
enum class Method : uint8_t {
  kText,
  kCode,
  kEmbedding,
  kClassifier,
  kPhotorealMedia,  // images or video that pass for real
  kVoiceCloning,
  kReinforcementWithTools,  // learning by reward with code execution or tools
  kBiologyOrChemistry,      // models of biological sequences, and those that design chemistry
  kNetworkedAgents,         // agents that act alone and reach a network
  kResearchLoop,            // AI research that runs by itself
  kSelfModification,        // experiments that change or copy themselves
};

inline constexpr std::array<std::string_view, 11> kMethodWords = {
    "text",      "code",          "embedding",        "classifier",
    "photoreal", "voice-cloning", "rl-with-tools",    "biology-or-chemistry",
    "agents",    "research-loop", "self-modification"};

// The least level of a method. Biology and chemistry rise further by compute (thresholds.h).
Level level_of(Method method);

// What the run goes on from.
struct BaseModel {
  std::optional<Flops> compute = {};  // all of it, its own bases included
  bool is_released = false;           // anybody can have its weights
  std::optional<Level> level = {};    // its own
};

struct LevelFacts {
  Flops own_planned = 0, own_spent = 0;      // the larger one counts
  std::optional<BaseModel> base = {};        // none: it starts from random weights
  Flops synthetic = 0;                       // generation of data that it is trained on
  std::optional<DataClass> data_class = {};  // the highest of its manifest
  std::set<Method> methods = {};
  std::vector<Evaluation> evaluations = {};  // those that are due; without a score: missing
  std::optional<Level> raised_to = {};       // by a safety officer
};

}  // namespace glass::institution

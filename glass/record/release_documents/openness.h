// Openness: how open a release is, computed from what it holds and the licences of that.
//
// Model Openness Framework 1.0 (https://isitopen.ai), by the rule of lfai/model_openness_tool of
// May 2026: a class needs every component of it and of the classes below, each under an open
// licence; a research paper stands in for a technical report. Beside it the data information, code
// and parameters that the Open Source AI Definition 1.0 of OSI asks for, and the project's own
// ticks for what can be verified. Each tick names its proof, or is missing.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record {

struct FrameworkComponent {
  int id;  // of the framework's tool
  std::string_view name;
  std::string_view description;
  int openness_class;  // 3, 2 or 1: the lowest that asks for it
  bool required;
};

// All 17, in the order of the tool.
std::span<const FrameworkComponent> framework_components();

struct PresentComponent {
  int id = 0;
  std::string licence;   // SPDX expression; empty: nobody says
  std::string location;  // address or path in the release
};

// What of the framework the release holds, by id: what the facts show and what was typed, which
// goes before. A technical report is typed, or a model documentation in which nothing is missing.
std::vector<PresentComponent> present_components(const ReleaseFacts& facts);

struct OpennessGrade {
  int openness_class = 0;               // 3 Open Model, 2 Open Tooling, 1 Open Science; 0: none
  std::array<int, 3> have{}, needed{};  // open components of class 3, 2, 1
};

OpennessGrade openness_grade(std::span<const PresentComponent> components);

// A check with what shows that it holds; empty if nothing does.
struct OpennessTick {
  std::string_view id;
  std::string_view what;
  std::string proof;
};

// Of the Open Source AI Definition.
std::vector<OpennessTick> open_source_ticks(const ReleaseFacts& facts);

// Of our tier "Verified".
std::vector<OpennessTick> verified_ticks(const ReleaseFacts& facts);

// Grade, what is missing for the next class, both lists of ticks.
Json openness(const ReleaseFacts& facts);

// The release as the framework's tool reads it.
std::string framework_yaml(const ReleaseFacts& facts);

}  // namespace glass::record

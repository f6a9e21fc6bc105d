// Facts: what the documents about a run say, as plain data. Whoever fills them has looked.
//
// Unknown is an empty optional or an empty list and is shown as unknown, never as zero.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "glass/record/documents/curve.h"
#include "glass/record/documents/samples.h"
#include "glass/record/evidence/evidence_tree.h"

namespace glass::record {

struct CountFact {
  std::string name;  // a source, a licence, a language, a reason
  int64_t documents;
  std::optional<int64_t> bytes;
};

struct PlaceFact {
  std::string path;
  std::string what;
};

// The model that a training went on from.
struct StartFact {
  std::string weights;  // digest of their file
  std::string licence;
  std::string run;  // digest of the run it came from; empty if there is no record of one
};

struct RunFacts {
  std::string name;
  std::string description;
  std::string digest;
  std::string numerics_class;
  std::string build;
  std::string machine;
  std::string signed_by;
  int64_t parameters = 0;
  int64_t steps = 0;
  int64_t tokens = 0;
  double seconds = 0;
  double tokens_per_second = 0;
  std::optional<double> mfu;
  std::optional<double> bits_per_byte;
  int64_t peak_memory_bytes = 0;
  Curve loss;           // of the steps, in nats per token
  Curve held_out_loss;  // of the evaluations, in nats per token
  Samples samples;
  std::optional<StartFact> start;  // none: a new model
  std::string corpus_licence;      // SPDX expression of all texts together
  std::vector<CountFact> sources;
  std::vector<CountFact> licences;
  std::vector<CountFact> languages;
  std::vector<CountFact> dropped;        // by reason
  std::optional<EvidenceNode> evidence;  // none: nothing has been checked yet
  std::vector<PlaceFact> places;
  std::string program;                     // what its user types to run glass
  std::vector<std::string> next_commands;  // of glass, without its name
};

}  // namespace glass::record

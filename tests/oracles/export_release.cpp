// Writes the documents of three releases, each into a folder of its own: one of which much is
// known, one that goes on from another model and whose energy was metered, one of which next to
// nothing is.
//
// usage: export_release FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "glass/base/json.h"
#include "glass/record/release/release_layout.h"
#include "glass/record/release_documents/bill_of_materials.h"
#include "glass/record/release_documents/croissant.h"
#include "glass/record/release_documents/model_card.h"
#include "glass/record/release_documents/provenance.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/record/release_documents/release_files.h"
#include "glass/record/release_documents/spdx.h"
#include "glass/record/release_documents/test_facts.h"

namespace fs = std::filesystem;
using namespace glass;

namespace {

record::ReleaseFacts continued() {
  record::ReleaseFacts facts = record::some_release();
  facts.base = {.name = "example/base",
                .weights = "sha256:" + std::string(64, '1'),
                .licence = "MIT",
                .run = "sha256:" + std::string(64, '2'),
                .relation = "finetune"};
  facts.licence = "OpenMDW-1.0 AND CC-BY-SA-3.0";
  facts.training.energy_kwh = 0.25;
  facts.training.energy_method = "meter at the socket";
  facts.corpus.languages = {{"no", 1, 1}, {"y", 1, 1}, {"und", 1, 1}};
  facts.files.push_back({"evidence/corpus/documents.jsonl", 711'289, std::string(64, '9')});
  facts.answers.use.limitations = "It knows next to nothing: \"really\".\nNothing.";
  facts.answers.data.selection = "By licence.";
  facts.answers.data.biases = "Manuals.";
  facts.name = "a: \"b\" # c";
  return facts;
}

void write(const fs::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary) << text;
}

void write_release(const fs::path& folder, const record::ReleaseFacts& facts) {
  fs::create_directories(folder);
  write(folder / record::kModelCardFile, record::model_card(facts));
  write(folder / record::kBillOfMaterialsFile, to_pretty(record::bill_of_materials(facts)));
  write(folder / record::kSpdxFile, to_pretty(record::spdx_document(facts)));
  write(folder / record::kCroissantFile, to_pretty(record::croissant(facts)));
  write(folder / record::kProvenanceStatementFile, to_pretty(record::provenance_predicate(facts)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: export_release FOLDER\n";
    return 2;
  }
  const fs::path folder = argv[1];
  record::ReleaseFacts unknown = record::unknown_release();
  unknown.date = "2026-11-27";
  write_release(folder / "some", record::some_release());
  write_release(folder / "continued", continued());
  write_release(folder / "unknown", unknown);
  return 0;
}

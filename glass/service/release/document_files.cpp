// add_documents: what people and other programs read about a release.
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/record/release_documents/bill_of_materials.h"
#include "glass/record/release_documents/croissant.h"
#include "glass/record/release_documents/form.h"
#include "glass/record/release_documents/model_card.h"
#include "glass/record/release_documents/model_documentation.h"
#include "glass/record/release_documents/openness.h"
#include "glass/record/release_documents/public_summary.h"
#include "glass/record/release_documents/release_files.h"
#include "glass/record/release_documents/spdx.h"
#include "glass/record/release_documents/verify_guide.h"
#include "glass/service/release/internal/release_parts.h"

namespace glass::service {
namespace {

using record::Form;
using record::Language;
using record::ReleaseFacts;

using MakeForm = Form (*)(const ReleaseFacts&, Language);

struct FormDocument {
  std::string_view name;
  MakeForm make;
};

constexpr FormDocument kFormDocuments[] = {
    {record::kPublicSummaryName, record::public_summary},
    {record::kDocumentationName, record::model_documentation}};

// Once for machines, and in each language for people.
Status add_form(StagedRelease& release, const FormDocument& document, const ReleaseFacts& facts) {
  const std::string name(document.name);
  GLASS_TRY_STATUS(release.write(
      name + ".json", to_pretty(record::to_json(document.make(facts, Language::kEnglish)))));
  for (const auto& [language, suffix] :
       {std::pair{Language::kEnglish, ""}, std::pair{Language::kGerman, ".de"}}) {
    const Form form = document.make(facts, language);
    GLASS_TRY_STATUS(release.write(name + suffix + ".md", record::to_markdown(form)));
    GLASS_TRY_STATUS(release.write(name + suffix + ".html", record::to_html(form)));
  }
  return {};
}

Status add_json(StagedRelease& release, std::string_view name, const Json& json) {
  return release.write(std::string(name), to_pretty(json));
}

}  // namespace

Status add_documents(StagedRelease& release, const ReleaseFacts& facts) {
  GLASS_TRY_STATUS(release.write(std::string(record::kModelCardFile), record::model_card(facts)));
  GLASS_TRY_STATUS(
      add_json(release, record::kBillOfMaterialsFile, record::bill_of_materials(facts)));
  GLASS_TRY_STATUS(add_json(release, record::kSpdxFile, record::spdx_document(facts)));
  GLASS_TRY_STATUS(add_json(release, record::kCroissantFile, record::croissant(facts)));
  for (const FormDocument& form : kFormDocuments) GLASS_TRY_STATUS(add_form(release, form, facts));
  GLASS_TRY_STATUS(add_json(release, record::kOpennessFile, record::openness(facts)));
  GLASS_TRY_STATUS(
      release.write(std::string(record::kFrameworkFile), record::framework_yaml(facts)));
  return release.write(std::string(record::kVerifyGuideFile), record::verify_guide(facts));
}

std::vector<std::string> missing_answers(const ReleaseFacts& facts) {
  std::vector<std::string> missing;
  for (const FormDocument& document : kFormDocuments) {
    const Form form = document.make(facts, Language::kEnglish);
    for (const record::FormField* field : record::fields_with(form, record::FieldMark::kMissing))
      missing.push_back(fmt::format("{} {} {}", document.name, field->number, field->label));
  }
  return missing;
}

}  // namespace glass::service

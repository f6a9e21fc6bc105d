#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/json.h"
#include "glass/record/release_documents/form.h"
#include "glass/record/release_documents/model_documentation.h"
#include "glass/record/release_documents/public_summary.h"
#include "glass/record/release_documents/release_answers.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/service/recipe/release_sections.h"
#include "glass/service/recipe/release_toml.h"
#include "glass/settings/fields.h"

namespace glass::service {

using settings::Choices;
using settings::FieldVisitor;
using settings::IntRange;
using settings::RealRange;
using settings::Tables;

namespace {

// Which field of which form a key answers.
struct Asked {
  std::string_view key;
  bool of_summary;  // else of the documentation
  std::string_view field;
};

constexpr std::array<Asked, 38> kAsked = {{
    {"release.version", true, "version"},
    {"release.date", true, "updated"},
    {"release.market_date", true, "market_date"},
    {"release.licence", false, "licence_link"},
    {"release.channels", false, "channels"},
    {"provider.name", true, "provider"},
    {"provider.contact", true, "contact"},
    {"provider.representative", true, "representative"},
    {"use.intended", false, "intended"},
    {"use.policy", false, "policy"},
    {"use.systems", false, "systems"},
    {"use.integration", false, "integration"},
    {"use.hardware", false, "hardware"},
    {"design.specification", false, "specification"},
    {"design.training", false, "training"},
    {"design.reasons", false, "reasons"},
    {"data.content_types", true, "content_types"},
    {"data.characteristics", true, "characteristics"},
    {"data.other_public", true, "public_others"},
    {"data.private_description", true, "private_description"},
    {"data.crawl_purposes", true, "crawl_purposes"},
    {"data.crawl_behaviour", true, "crawl_behaviour"},
    {"data.crawl_content", true, "crawl_content"},
    {"data.user_of_model", true, "user_of_model"},
    {"data.user_of_services", true, "user_of_services"},
    {"data.user_services", true, "user_services"},
    {"data.synthetic", true, "synthetic_used"},
    {"data.synthetic_models", true, "synthetic_models"},
    {"data.other", true, "other_used"},
    {"data.other_description", true, "other_description"},
    {"data.selection", false, "obtained"},
    {"data.scope", false, "scope"},
    {"data.curation", false, "curation"},
    {"data.unsuitable", false, "unsuitable"},
    {"data.biases", false, "biases"},
    {"copyright.code_of_practice", true, "code_of_practice"},
    {"copyright.reservations", true, "reservations"},
    {"copyright.illegal_content", true, "illegal_content"},
}};

class Forms {
 public:
  explicit Forms(const record::ReleaseFacts& facts)
      : summary_(record::public_summary(facts, record::Language::kEnglish)),
        documentation_(record::model_documentation(facts, record::Language::kEnglish)) {}

  // The field that the key answers, or nullptr.
  [[nodiscard]] const record::FormField* field(std::string_view key) const {
    const auto* const asked = std::ranges::find(kAsked, key, &Asked::key);
    if (asked == kAsked.end()) return nullptr;
    const record::Form& form = asked->of_summary ? summary_ : documentation_;
    for (const record::FormSection& section : form.sections) {
      const auto at = std::ranges::find(section.fields, asked->field, &record::FormField::id);
      if (at != section.fields.end()) return &*at;
    }
    return nullptr;
  }

  [[nodiscard]] size_t count(record::FieldMark mark) const {
    return fields_with(summary_, mark).size() + fields_with(documentation_, mark).size();
  }

  // "public summary 1.1", "model documentation 8"; empty for a field of neither.
  [[nodiscard]] static std::string place(std::string_view key, const record::FormField& field) {
    const auto* const asked = std::ranges::find(kAsked, key, &Asked::key);
    return fmt::format("{}{}{}", asked->of_summary ? "public summary" : "model documentation",
                       field.number.empty() ? "" : " ", field.number);
  }

 private:
  record::Form summary_, documentation_;
};

// Writes the keys of one table with what they mean.
class QuestionWriter final : public FieldVisitor {
 public:
  QuestionWriter(std::string path, const Forms& forms) : path_(std::move(path)), forms_(forms) {}

  void integer(std::string_view key, int64_t& value, IntRange, std::string_view help) override {
    line(key, fmt::format("{}", value), help, "");
  }

  void real(std::string_view key, double& value, RealRange, std::string_view help) override {
    line(key, to_canonical(value), help, "");
  }

  void boolean(std::string_view key, bool& value, std::string_view help) override {
    line(key, value ? "true" : "false", help, "");
  }

  void text(std::string_view key, std::string& value, std::string_view help) override {
    line(key, json_quote(value), help, "");
  }

  void choice(std::string_view key, std::string& value, Choices choices,
              std::string_view help) override {
    line(key, json_quote(value), help, fmt::format(": {}", fmt::join(choices, ", ")));
  }

  void texts(std::string_view key, std::vector<std::string>& value,
             std::string_view help) override {
    line(key, to_canonical(Json::Array(value.begin(), value.end())), help, "");
  }

  void tables(std::string_view key, Tables& value, std::string_view help) override {
    for (size_t i = 0; i < value.size(); ++i) {
      text_ += fmt::format("\n[[{}]]  # {}\n", key, help);
      QuestionWriter item("", forms_);
      value.describe_item(item, i);
      text_ += std::move(item).take();
    }
  }

  std::string take() && { return std::move(text_); }

 private:
  void line(std::string_view key, std::string_view value, std::string_view help,
            std::string_view choices) {
    text_ += fmt::format("\n# {}{}\n", help, choices);
    const std::string path = fmt::format("{}.{}", path_, key);
    if (const record::FormField* field = forms_.field(path)) {
      if (field->mark == record::FieldMark::kMissing)
        text_ += fmt::format("# MISSING: {}\n", Forms::place(path, *field));
      if (field->mark == record::FieldMark::kDrafted) {
        text_ +=
            fmt::format("# TO BE CONFIRMED: {}. The record says:\n", Forms::place(path, *field));
        for (const std::string& draft : field->lines) text_ += fmt::format("#   {}\n", draft);
      }
    }
    text_ += fmt::format("{} = {}\n", key, value);
  }

  std::string path_;
  const Forms& forms_;
  std::string text_;
};

// With an entry for every source of the recipe, in its order.
record::ReleaseAnswers with_sources(const record::ReleaseFacts& facts) {
  record::ReleaseAnswers answers = facts.answers;
  for (const record::DatasetFact& dataset : facts.corpus.datasets) {
    const auto known =
        std::ranges::find(answers.sources, dataset.source, &record::SourceAnswers::name);
    if (known != answers.sources.end()) continue;
    answers.sources.emplace_back();
    answers.sources.back().name = dataset.source;
  }
  return answers;
}

}  // namespace

std::string release_questions(const record::ReleaseFacts& facts) {
  const Forms forms(facts);
  record::ReleaseAnswers answers = with_sources(facts);
  std::string out = fmt::format(
      "# What of the release {} only people can say. Fill it in, save it as release.toml, and give "
      "it to\n"
      "# glass release. A draft is confirmed by writing it, or something better, behind its key.\n"
      "# In the EU's two forms {} fields are missing and {} are drafts to be confirmed.\n",
      json_quote(facts.name), forms.count(record::FieldMark::kMissing),
      forms.count(record::FieldMark::kDrafted));
  for_each_section(answers, [&](std::string_view name, std::string_view help, auto& section) {
    out += fmt::format("\n[{}]  # {}\n", name, help);
    QuestionWriter fields{std::string(name), forms};
    describe(fields, section);
    out += std::move(fields).take();
  });
  QuestionWriter lists("", forms);
  describe(lists, answers);
  return out + std::move(lists).take();
}

}  // namespace glass::service

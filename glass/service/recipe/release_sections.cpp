#include "glass/service/recipe/release_sections.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "glass/record/release_documents/release_answers.h"
#include "glass/settings/fields.h"

namespace glass::record {

using settings::Choices;
using settings::FieldVisitor;
using settings::TablesOf;

namespace {

constexpr std::array<std::string_view, 3> kAnswers = {"not answered", "no", "yes"};
constexpr std::array<std::string_view, 8> kCategories = {
    "not answered", "public", "licensed", "private", "crawled", "user", "synthetic", "other"};

// An enumeration whose values are numbered as their names stand in the list.
template <typename Enum>
void named(FieldVisitor& fields, std::string_view key, Enum& value, Choices names,
           std::string_view help) {
  std::string text(names[static_cast<size_t>(value)]);
  fields.choice(key, text, names, help);
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) value = static_cast<Enum>(i);
  }
}

void answer(FieldVisitor& fields, std::string_view key, Answer& value, std::string_view help) {
  named(fields, key, value, kAnswers, help);
}

}  // namespace

void describe(FieldVisitor& fields, ReleaseHead& release) {
  fields.text("version", release.version, "version of the model, such as 1.0.0");
  fields.text("date", release.date, "date of the release, YYYY-MM-DD");
  fields.text("market_date", release.market_date,
              "when it is placed on the market of the Union, YYYY-MM-DD");
  fields.text("licence", release.licence, "licence of the weights, an SPDX expression");
  fields.text("licence_link", release.licence_link,
              "address of the licence's text, where it is on no list");
  fields.text("url", release.url, "address where the release is published");
  fields.text("collection", release.collection,
              "family of models that it belongs to; may be empty");
  fields.text("base_model", release.base_model,
              "name of the model that training went on from, where there is one");
  fields.text("base_summary", release.base_summary, "address of that model's public summary");
  fields.text("base_release", release.base_release,
              "sha256:..., the release statement of that model, where it has one");
  fields.text("previous", release.previous,
              "address of the last version's public summary, where there is one");
  fields.text("supersedes", release.supersedes,
              "sha256:..., the release statement of the last version; `glass verify` of its folder "
              "tells it");
  fields.text("code_url", release.code_url, "address of the program that trained it");
  fields.text("code_licence", release.code_licence, "licence of that program, an SPDX expression");
  fields.text("papers_licence", release.papers_licence,
              "licence of the documents of the release, an SPDX expression");
  fields.texts("channels", release.channels, "addresses or ways by which it is distributed");
}

void describe(FieldVisitor& fields, ProviderAnswers& provider) {
  fields.text("name", provider.name, "legal name of the provider");
  fields.text("contact", provider.contact, "post or electronic address for questions");
  fields.text("url", provider.url, "address of the provider's pages");
  answer(fields, "in_union", provider.in_union, "whether the provider is established in the Union");
  fields.text(
      "representative", provider.representative,
      "authorised representative in the Union and contact, where the provider is not there");
  answer(fields, "small_company", provider.small_company,
         "whether the provider is a small or medium-sized company, which may list fewer domains");
}

void describe(FieldVisitor& fields, UseAnswers& use) {
  fields.text("intended", use.intended, "what the model is meant for");
  fields.text("restricted", use.restricted, "what it shall not be used for");
  fields.text("limitations", use.limitations, "what it cannot do, and where it goes wrong");
  fields.text("policy", use.policy, "address of the policy of acceptable use, or \"none\"");
  fields.text("systems", use.systems, "type and nature of systems that it can be built into");
  fields.text("integration", use.integration, "technical means of building it in");
  fields.text("hardware", use.hardware, "hardware that is needed to use it");
}

void describe(FieldVisitor& fields, DesignAnswers& design) {
  fields.text("specification", design.specification,
              "design specifications with reasons and assumptions, about 100 words");
  fields.text("training", design.training, "design specifications of the training");
  fields.text("reasons", design.reasons, "reasons for the key decisions");
}

void describe(FieldVisitor& fields, DataAnswers& data) {
  fields.texts("content_types", data.content_types,
               "types of content, such as fiction, scientific text, source code");
  fields.text("characteristics", data.characteristics,
              "national, regional and demographic characteristics of the data");
  fields.text("comments", data.comments, "further comments on the data; may be empty");
  fields.text("other_public", data.other_public,
              "description of the public datasets that are not large, where there are some");
  fields.text("private_description", data.private_description,
              "description of private data of third parties, where some was used");
  fields.text("crawl_purposes", data.crawl_purposes, "purposes of own crawlers, where some ran");
  fields.text("crawl_behaviour", data.crawl_behaviour,
              "how own crawlers treat robots.txt, captchas and paywalls, where some ran");
  fields.text("crawl_content", data.crawl_content,
              "kinds of content and sources of own crawlers, where some ran");
  answer(fields, "user_of_model", data.user_of_model,
         "whether data of users of this model was used");
  answer(fields, "user_of_services", data.user_of_services,
         "whether data of users of the provider's other services was used");
  fields.text("user_services", data.user_services,
              "which services, and comments, where data of their users was used");
  answer(fields, "synthetic", data.synthetic,
         "whether synthetic data made by or for the provider was used");
  fields.texts("synthetic_models", data.synthetic_models,
               "general-purpose models that made synthetic data, each with its public summary");
  fields.text("synthetic_other", data.synthetic_other,
              "other models that made synthetic data, and what they were trained on; may be empty");
  answer(fields, "other", data.other, "whether other sources of data were used");
  fields.text("other_description", data.other_description,
              "description of the other sources, where some were used");
  fields.text("selection", data.selection, "how the data was obtained and selected");
  fields.text("scope", data.scope, "scope and main characteristics of the data");
  fields.text("curation", data.curation, "how the data was cleaned and prepared");
  fields.text("unsuitable", data.unsuitable, "measures to find unsuitable sources");
  fields.text("biases", data.biases, "measures to find identifiable biases");
}

void describe(FieldVisitor& fields, CopyrightAnswers& copyright) {
  answer(fields, "code_of_practice", copyright.code_of_practice,
         "whether the provider has signed the Code of Practice");
  fields.text("reservations", copyright.reservations,
              "measures to respect reservations of text and data mining");
  fields.text("illegal_content", copyright.illegal_content, "measures against illegal content");
  fields.text("other", copyright.other, "further information on the processing; may be empty");
}

void describe(FieldVisitor& fields, SourceAnswers& source) {
  fields.text("name", source.name, "name of the source in the recipe");
  named(fields, "category", source.category, kCategories,
        "where its texts come from; what a signed archive holds is public without saying so");
  fields.text("link", source.link, "address where anyone finds it, where there is one");
  fields.text("from", source.from, "month in which its collection began, YYYY-MM");
  fields.text("to", source.to, "month in which its collection ended, YYYY-MM");
  fields.text("description", source.description, "what it is, where there is no address");
}

void describe(FieldVisitor& fields, ComponentAnswers& component) {
  fields.text("name", component.name, "name of the part in the Model Openness Framework");
  fields.text("licence", component.licence, "its licence, an SPDX expression");
  fields.text("location", component.location, "its address, or its path in the release");
}

void describe(FieldVisitor& fields, ReleaseAnswers& answers) {
  TablesOf sources(answers.sources);
  fields.tables("source", sources, "a source of the recipe");
  TablesOf components(answers.components);
  fields.tables("component", components, "a part of the release that lies elsewhere");
}

}  // namespace glass::record

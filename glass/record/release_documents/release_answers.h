// ReleaseAnswers: what of a release only people can say, as they typed it into release.toml.
//
// Empty text, an empty list and kNotAnswered mean that nobody has said anything; nothing here has a
// default that says yes or no. Dates are YYYY-MM-DD, months YYYY-MM. Whether a text is any good
// nobody checks: whoever signs the release answers for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glass::record {

enum class Answer { kNotAnswered, kNo, kYes };

// Where the texts of a source come from, in the words of the EU's template.
enum class SourceCategory {
  kNotAnswered,
  kPublic,     // a dataset that anyone may fetch
  kLicensed,   // licensed commercially by its rights holders
  kPrivate,    // of other third parties
  kCrawled,    // by or for the provider
  kUser,       // of users of the provider's services
  kSynthetic,  // made by or for the provider
  kOther,
};

struct ReleaseHead {
  std::string version;
  std::string date;                   // of the release
  std::string market_date;            // when it was or is placed on the market of the Union
  std::string licence;                // of the weights, SPDX expression
  std::string licence_link;           // of its text, where it is on no list
  std::string url;                    // where it is published
  std::string collection;             // that the model belongs to
  std::string base_model;             // name of the model that training went on from
  std::string base_summary;           // address of that model\'s public summary
  std::string base_release;           // digest of that model's release statement
  std::string previous;               // address of the last version's public summary
  std::string supersedes;             // digest of the release statement of the last version
  std::string code_url;               // of the program that trained it
  std::string code_licence;           // of that program
  std::string papers_licence;         // of the documents of the release
  std::vector<std::string> channels;  // by which it is distributed
};

struct ProviderAnswers {
  std::string name;
  std::string contact;  // a post or electronic address
  std::string url;
  Answer in_union = Answer::kNotAnswered;       // established in the Union
  std::string representative;                   // where it is not
  Answer small_company = Answer::kNotAnswered;  // small or medium-sized: a shorter list of domains
};

struct UseAnswers {
  std::string intended;
  std::string restricted;
  std::string limitations;
  std::string policy;  // address of the policy of acceptable use, or "none"
  std::string systems;
  std::string integration;
  std::string hardware;
};

struct DesignAnswers {
  std::string specification;
  std::string training;
  std::string reasons;
};

struct DataAnswers {
  std::vector<std::string> content_types;
  std::string characteristics;  // national, regional, demographic
  std::string comments;
  std::string other_public;  // the datasets that are not listed one by one
  std::string private_description;
  std::string crawl_purposes;
  std::string crawl_behaviour;
  std::string crawl_content;
  Answer user_of_model = Answer::kNotAnswered;
  Answer user_of_services = Answer::kNotAnswered;
  std::string user_services;
  Answer synthetic = Answer::kNotAnswered;
  std::vector<std::string> synthetic_models;
  std::string synthetic_other;
  Answer other = Answer::kNotAnswered;
  std::string other_description;
  std::string selection;
  std::string scope;
  std::string curation;
  std::string unsuitable;
  std::string biases;
};

struct CopyrightAnswers {
  Answer code_of_practice = Answer::kNotAnswered;
  std::string reservations;
  std::string illegal_content;
  std::string other;
};

// About a source of the recipe, by its name.
struct SourceAnswers {
  std::string name;
  SourceCategory category = SourceCategory::kNotAnswered;
  std::string link;
  std::string from, to;  // months of its collection
  std::string description;
};

// A part of the release that lies elsewhere, by its name in the Model Openness Framework.
struct ComponentAnswers {
  std::string name;
  std::string licence;   // SPDX expression
  std::string location;  // address, or path in the release
};

struct ReleaseAnswers {
  ReleaseHead release;
  ProviderAnswers provider;
  UseAnswers use;
  DesignAnswers design;
  DataAnswers data;
  CopyrightAnswers copyright;
  std::vector<SourceAnswers> sources;
  std::vector<ComponentAnswers> components;
};

}  // namespace glass::record

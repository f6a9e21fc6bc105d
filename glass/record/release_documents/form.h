// Form: a document of numbered fields, such as the EU asks for, and its three renderings.
//
// Each field says who answers for it: a machine that read a record (whose digest it names), a
// person who typed it, or a person who has yet to confirm a draft. What nobody has answered is
// missing, and a form with a missing field is not done.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"

namespace glass::record {

enum class Language { kEnglish, kGerman };

enum class FieldMark {
  kMachine,  // derived from the record
  kTyped,    // by a person
  kDrafted,  // by a machine, to be confirmed by a person
  kMissing,  // has to be answered
  kLeftOut,  // may be answered, and was not
};

std::string_view name(FieldMark mark);  // "machine", "typed", "drafted", "missing", "left out"

struct FormTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // as long as columns
};

struct FormField {
  std::string number;  // of the template: "2.1"
  std::string id;      // "public_used"; each once in a form
  std::string label;
  FieldMark mark = FieldMark::kMissing;
  std::vector<std::string> lines;  // one: a text; more: a list
  FormTable table;                 // besides, or instead
  std::string record;              // digest of what it was derived from; empty for none
};

struct FormSection {
  std::string title;
  std::vector<FormField> fields;
};

struct Form {
  std::string kind;  // "public-summary"
  Language language = Language::kEnglish;
  std::string title;
  std::string model;
  std::vector<FormSection> sections;
};

// The fields with this mark, in order.
std::vector<const FormField*> fields_with(const Form& form, FieldMark mark);

Json to_json(const Form& form);
std::string to_markdown(const Form& form);
std::string to_html(const Form& form);

}  // namespace glass::record

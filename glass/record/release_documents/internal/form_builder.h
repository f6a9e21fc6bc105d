// FormBuilder: a form, field by field; what is empty becomes missing or left out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/record/release_documents/form.h"
#include "glass/record/release_documents/internal/phrases.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record::release {

class FormBuilder {
 public:
  using Lines = std::vector<std::string>;

  // `prefix` is that of the labels: "summary". `answers` is the digest of what was typed.
  FormBuilder(std::string kind, std::string prefix, Language language, const ReleaseFacts& facts);

  [[nodiscard]] Language language() const { return form_.language; }

  [[nodiscard]] std::string text(std::string_view id) const {
    return std::string(phrase(form_.language, id));
  }

  template <typename... Args>
  [[nodiscard]] std::string say(std::string_view id, Args&&... args) const {
    return release::say(form_.language, id, std::forward<Args>(args)...);
  }

  void section(std::string_view id);

  // What a record tells; missing where it tells nothing.
  void machine(std::string_view number, std::string_view id, Lines lines, std::string_view record);
  void machine(std::string_view number, std::string_view id, FormTable table,
               std::string_view record, Lines lines = {});

  // What does not apply to this model: told by the record.
  void not_applicable(std::string_view number, std::string_view id, std::string_view record);

  // What a person types; missing where nobody did.
  void typed(std::string_view number, std::string_view id, Lines lines);
  void typed(std::string_view number, std::string_view id, std::string_view text);

  // What a person may type.
  void optional(std::string_view number, std::string_view id, std::string_view text);

  // What a person types or, until then, a machine drafts.
  void confirmed(std::string_view number, std::string_view id, Lines typed, Lines draft,
                 std::string_view record);

  // A yes or no of a person.
  void answered(std::string_view number, std::string_view id, Answer answer);

  // A yes or no that the record may tell: its yes stands; its no is a draft until a person says so.
  void answered(std::string_view number, std::string_view id, Answer answer, Answer recorded,
                std::string_view record);

  // A yes or no of the record alone.
  void recorded(std::string_view number, std::string_view id, Answer answer,
                std::string_view record);

  Form take() { return std::move(form_); }

 private:
  void add(std::string_view number, std::string_view id, FieldMark mark, Lines lines,
           std::string_view record);
  [[nodiscard]] Lines word(Answer answer) const;

  Form form_;
  std::string prefix_, answers_;
};

// A text as lines: none if it is empty.
std::vector<std::string> lines_of(std::string_view text);

}  // namespace glass::record::release

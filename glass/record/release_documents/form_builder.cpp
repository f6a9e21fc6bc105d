#include "glass/record/release_documents/internal/form_builder.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/record/release_documents/form.h"
#include "glass/record/release_documents/internal/phrases.h"

namespace glass::record::release {

FormBuilder::FormBuilder(std::string kind, std::string prefix, Language language,
                         const ReleaseFacts& facts)
    : prefix_(std::move(prefix)), answers_(facts.records.answers) {
  form_.kind = std::move(kind);
  form_.language = language;
  form_.title = text(prefix_ + ".title");
  form_.model =
      facts.version.empty() ? facts.name : say("model.version", facts.name, facts.version);
}

void FormBuilder::section(std::string_view id) {
  form_.sections.push_back({.title = text(fmt::format("{}.{}", prefix_, id)), .fields = {}});
}

void FormBuilder::add(std::string_view number, std::string_view id, FieldMark mark, Lines lines,
                      std::string_view record) {
  const bool says_something = mark != FieldMark::kMissing && mark != FieldMark::kLeftOut;
  form_.sections.back().fields.push_back({.number = std::string(number),
                                          .id = std::string(id),
                                          .label = text(fmt::format("{}.{}", prefix_, id)),
                                          .mark = mark,
                                          .lines = std::move(lines),
                                          .table = {},
                                          .record = says_something ? std::string(record) : ""});
}

void FormBuilder::machine(std::string_view number, std::string_view id, Lines lines,
                          std::string_view record) {
  const FieldMark mark = lines.empty() ? FieldMark::kMissing : FieldMark::kMachine;
  add(number, id, mark, std::move(lines), record);
}

void FormBuilder::machine(std::string_view number, std::string_view id, FormTable table,
                          std::string_view record, Lines lines) {
  const FieldMark mark = table.rows.empty() ? FieldMark::kMissing : FieldMark::kMachine;
  add(number, id, mark, std::move(lines), record);
  form_.sections.back().fields.back().table = std::move(table);
}

void FormBuilder::not_applicable(std::string_view number, std::string_view id,
                                 std::string_view record) {
  add(number, id, FieldMark::kMachine, {text("not_applicable")}, record);
}

void FormBuilder::typed(std::string_view number, std::string_view id, Lines lines) {
  const FieldMark mark = lines.empty() ? FieldMark::kMissing : FieldMark::kTyped;
  add(number, id, mark, std::move(lines), answers_);
}

void FormBuilder::typed(std::string_view number, std::string_view id, std::string_view text) {
  typed(number, id, lines_of(text));
}

void FormBuilder::optional(std::string_view number, std::string_view id, std::string_view text) {
  add(number, id, text.empty() ? FieldMark::kLeftOut : FieldMark::kTyped, lines_of(text), answers_);
}

void FormBuilder::confirmed(std::string_view number, std::string_view id, Lines typed_lines,
                            Lines draft, std::string_view record) {
  if (!typed_lines.empty()) return typed(number, id, std::move(typed_lines));
  const FieldMark mark = draft.empty() ? FieldMark::kMissing : FieldMark::kDrafted;
  add(number, id, mark, std::move(draft), record);
}

void FormBuilder::answered(std::string_view number, std::string_view id, Answer answer) {
  typed(number, id, word(answer));
}

void FormBuilder::answered(std::string_view number, std::string_view id, Answer answer,
                           Answer recorded, std::string_view record) {
  if (recorded == Answer::kYes) return add(number, id, FieldMark::kMachine, word(recorded), record);
  confirmed(number, id, word(answer), word(recorded), record);
}

void FormBuilder::recorded(std::string_view number, std::string_view id, Answer answer,
                           std::string_view record) {
  machine(number, id, word(answer), record);
}

FormBuilder::Lines FormBuilder::word(Answer answer) const {
  if (answer == Answer::kNotAnswered) return {};
  return {text(answer == Answer::kYes ? "yes" : "no")};
}

std::vector<std::string> lines_of(std::string_view text) {
  if (text.empty()) return {};
  return {std::string(text)};
}

}  // namespace glass::record::release

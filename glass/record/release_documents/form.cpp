#include "glass/record/release_documents/form.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/record/documents/chart.h"
#include "glass/record/documents/page.h"
#include "glass/record/release_documents/internal/phrases.h"
#include "glass/record/release_documents/internal/text.h"

namespace glass::record {
namespace {

using release::phrase;
using release::say;

constexpr std::string_view kFormStyle = R"(.field { border: 1px solid var(--line);
  border-radius: .5rem; padding: .6rem .9rem .75rem; margin: 0 0 .75rem; }
.field.missing { border-color: var(--bad); } .field.drafted { border-color: var(--open); }
.field h3 { font-size: 1rem; margin: 0 0 .35rem; display: flex; flex-wrap: wrap; gap: .15rem .6rem;
  align-items: baseline; } .field h3 .label { flex: 1 1 14rem; }
.no { color: var(--soft); font-variant-numeric: tabular-nums; min-width: 2rem; }
.no:empty { display: none; }
.mark { font-size: .8rem; font-weight: 600; color: var(--soft); } .mark.missing { color:
  var(--bad); } .mark.drafted { color: var(--open); } .mark.machine { color: var(--good); }
.field p { margin: .2rem 0; overflow-wrap: anywhere; } .field ul { margin: .2rem 0; padding-left:
  1.2rem; overflow-wrap: anywhere; } .record { color: var(--soft); font-size: .8rem; }
.field.left-out p { color: var(--soft); } a { color: var(--one); }
@media print { .field { break-inside: avoid; } }
)";

std::string mark_id(FieldMark mark) {
  return mark == FieldMark::kLeftOut ? "left_out" : std::string(name(mark));
}

std::string mark_class(FieldMark mark) {
  return mark == FieldMark::kLeftOut ? "left-out" : std::string(name(mark));
}

std::string mark_text(const Form& form, FieldMark mark) {
  return std::string(phrase(form.language, "form." + mark_id(mark)));
}

bool has_value(const FormField& field) {
  return !field.lines.empty() || !field.table.rows.empty();
}

// What stands where a value is missing.
std::string no_value(const Form& form, const FormField& field) {
  return std::string(phrase(form.language, field.mark == FieldMark::kLeftOut
                                               ? "form.value_left_out"
                                               : "form.value_missing"));
}

std::string lead(const Form& form) {
  size_t all = 0;
  for (const FormSection& section : form.sections) all += section.fields.size();
  const auto count = [&](FieldMark mark) { return fields_with(form, mark).size(); };
  return say(form.language, "form.lead", all, count(FieldMark::kMachine), count(FieldMark::kTyped),
             count(FieldMark::kDrafted), count(FieldMark::kMissing));
}

Json value_json(const FormField& field) {
  Json::Array lines(field.lines.begin(), field.lines.end());
  if (field.table.columns.empty()) {
    if (lines.empty()) return {};
    return lines.size() == 1 ? lines.front() : Json(std::move(lines));
  }
  Json::Array rows;
  for (const std::vector<std::string>& row : field.table.rows) {
    Json::Object object;
    for (size_t i = 0; i < row.size(); ++i) object.emplace(field.table.columns[i], row[i]);
    rows.emplace_back(std::move(object));
  }
  if (lines.empty()) return rows;
  return Json::Object{{"text", std::move(lines)}, {"table", std::move(rows)}};
}

std::string markdown_value(const Form& form, const FormField& field) {
  if (!has_value(field)) return fmt::format("*{}*\n", no_value(form, field));
  std::string out;
  for (const std::string& line : field.lines)
    out += fmt::format("{}{}\n", field.lines.size() > 1 ? "- " : "", release::markdown(line));
  if (field.table.rows.empty()) return out;
  if (!out.empty()) out += "\n";
  std::string rule;
  for (const std::string& column : field.table.columns) {
    out += fmt::format("| {} ", release::markdown(column));
    rule += "|---";
  }
  out += fmt::format("|\n{}|\n", rule);
  for (const std::vector<std::string>& row : field.table.rows) {
    for (const std::string& cell : row) out += fmt::format("| {} ", release::markdown(cell));
    out += "|\n";
  }
  return out;
}

std::string html_cells(const std::vector<std::string>& cells, std::string_view tag,
                       std::string_view attributes = "") {
  std::string out;
  for (const std::string& cell : cells)
    out += fmt::format("<{0}{1}>{2}</{0}>", tag, attributes, escape_html(cell));
  return out;
}

std::string html_value(const Form& form, const FormField& field) {
  if (!has_value(field)) return fmt::format("<p>{}</p>\n", escape_html(no_value(form, field)));
  std::string out;
  if (field.lines.size() == 1) {
    out = fmt::format("<p>{}</p>\n", escape_html(field.lines.front()));
  } else if (!field.lines.empty()) {
    out = "<ul>\n";
    for (const std::string& line : field.lines)
      out += fmt::format("<li>{}</li>\n", escape_html(line));
    out += "</ul>\n";
  }
  if (field.table.rows.empty()) return out;
  out += fmt::format("<div class=\"table\"><table><thead><tr>{}</tr></thead><tbody>\n",
                     html_cells(field.table.columns, "th", " scope=\"col\""));
  for (const std::vector<std::string>& row : field.table.rows)
    out += fmt::format("<tr>{}</tr>\n", html_cells(row, "td"));
  return out + "</tbody></table></div>\n";
}

std::string html_field(const Form& form, const FormField& field) {
  const std::string css = mark_class(field.mark);
  std::string out = fmt::format(
      "<div class=\"field {0}\" id=\"{1}\">\n<h3><span class=\"no\">{2}</span>"
      "<span class=\"label\">{3}</span><span class=\"mark {0}\">{4}</span></h3>\n{5}",
      css, escape_html(field.id), escape_html(field.number), escape_html(field.label),
      escape_html(mark_text(form, field.mark)), html_value(form, field));
  if (!field.record.empty())
    out += fmt::format("<p class=\"record\">{}: <code>{}</code></p>\n",
                       phrase(form.language, "form.record"), escape_html(field.record));
  return out + "</div>\n";
}

std::string html_missing(const Form& form) {
  const std::vector<const FormField*> missing = fields_with(form, FieldMark::kMissing);
  if (missing.empty()) return "";
  std::string out = fmt::format("<h2>{}</h2>\n<ul>\n", phrase(form.language, "form.missing_list"));
  for (const FormField* field : missing)
    out += fmt::format("<li><a href=\"#{}\">{} {}</a></li>\n", escape_html(field->id),
                       escape_html(field->number), escape_html(field->label));
  return out + "</ul>\n";
}

}  // namespace

std::string_view name(FieldMark mark) {
  switch (mark) {
    case FieldMark::kMachine: return "machine";
    case FieldMark::kTyped: return "typed";
    case FieldMark::kDrafted: return "drafted";
    case FieldMark::kMissing: return "missing";
    case FieldMark::kLeftOut: return "left out";
  }
  return "";
}

std::vector<const FormField*> fields_with(const Form& form, FieldMark mark) {
  std::vector<const FormField*> out;
  for (const FormSection& section : form.sections) {
    for (const FormField& field : section.fields) {
      if (field.mark == mark) out.push_back(&field);
    }
  }
  return out;
}

Json to_json(const Form& form) {
  Json::Array sections;
  for (const FormSection& section : form.sections) {
    Json::Array fields;
    for (const FormField& field : section.fields)
      fields.emplace_back(
          Json::Object{{"number", field.number},
                       {"id", field.id},
                       {"label", field.label},
                       {"mark", name(field.mark)},
                       {"value", value_json(field)},
                       {"record", field.record.empty() ? Json() : Json(field.record)}});
    sections.emplace_back(Json::Object{{"title", section.title}, {"fields", std::move(fields)}});
  }
  return Json::Object{{"kind", form.kind},
                      {"language", release::language_code(form.language)},
                      {"title", form.title},
                      {"model", form.model},
                      {"sections", std::move(sections)}};
}

std::string to_markdown(const Form& form) {
  std::string out = fmt::format("# {}: {}\n\n{}\n", release::markdown(form.title),
                                release::markdown(form.model), release::markdown(lead(form)));
  for (const FormSection& section : form.sections) {
    out += fmt::format("\n## {}\n", release::markdown(section.title));
    for (const FormField& field : section.fields) {
      out += fmt::format("\n### {}{}{}\n\n{}", release::markdown(field.number),
                         field.number.empty() ? "" : " ", release::markdown(field.label),
                         markdown_value(form, field));
      out += fmt::format("\n({}{})\n", mark_text(form, field.mark),
                         field.record.empty() ? "" : fmt::format(", `{}`", field.record));
    }
  }
  return out;
}

std::string to_html(const Form& form) {
  std::string body =
      fmt::format("<h1>{}</h1>\n<p class=\"lead\">{}. {}</p>\n", escape_html(form.title),
                  escape_html(form.model), escape_html(lead(form))) +
      html_missing(form);
  for (const FormSection& section : form.sections) {
    body += fmt::format("<h2>{}</h2>\n", escape_html(section.title));
    for (const FormField& field : section.fields) body += html_field(form, field);
  }
  const std::string language = release::language_code(form.language);
  return html_page({.language = language,
                    .title = fmt::format("{}: {}", form.title, form.model),
                    .style = kFormStyle,
                    .body = body});
}

}  // namespace glass::record

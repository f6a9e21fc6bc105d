#include "glass/data/corpus/internal/config_json.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"

namespace glass::data {
namespace {

Json list(const std::vector<std::string>& texts) {
  Json::Array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

Json kind_json(const DebianSource& debian) {
  Json::Array names, declarations, mappings;
  for (const auto& one : debian.licence_names)
    names.emplace_back(Json::Object{{"package", one.package},
                                    {"name", one.name},
                                    {"spdx", one.spdx},
                                    {"text", crypto::to_text(one.text)}});
  for (const auto& one : debian.declarations)
    declarations.emplace_back(Json::Object{{"package", one.package},
                                           {"spdx", one.spdx},
                                           {"copyright_file", crypto::to_text(one.copyright_file)},
                                           {"declared_by", one.declared_by}});
  for (const auto& one : debian.path_mappings)
    mappings.emplace_back(Json::Object{
        {"package", one.package}, {"installed", one.installed}, {"source", one.source}});
  return Json::Object{{"kind", "debian"},
                      {"packages", list(debian.packages)},
                      {"licence_names", std::move(names)},
                      {"declarations", std::move(declarations)},
                      {"path_mappings", std::move(mappings)},
                      {"include_tests", debian.include_tests}};
}

Json kind_json(const FolderSource& folder) {
  return Json::Object{{"kind", "folder"},
                      {"folder", folder.folder.string()},
                      {"licence", folder.licence},
                      {"language", folder.language},
                      {"include_tests", folder.include_tests}};
}

Json kind_json(const JsonlSource& jsonl) {
  Json::Array files;
  for (const system::Path& file : jsonl.files) files.emplace_back(file.string());
  Json::Object json{{"kind", "jsonl"},
                    {"files", std::move(files)},
                    {"text_field", jsonl.text_field},
                    {"id_field", jsonl.id_field},
                    {"licence_field", jsonl.licence_field},
                    {"language_field", jsonl.language_field},
                    {"licence", jsonl.licence},
                    {"language", jsonl.language}};
  if (jsonl.form != JsonlForm::kText)
    json.emplace("form", jsonl.form == JsonlForm::kConversation ? "conversation" : "preference");
  return json;
}

bool is_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view("._-+").find(c) != std::string_view::npos;
  });
}

}  // namespace

Json config_json(const CorpusConfig& config) {
  Json::Array sources;
  for (const CorpusSource& source : config.sources) {
    Json kind = std::visit([](const auto& one) { return kind_json(one); }, source.kind);
    kind.if_object()->emplace("name", source.name);
    kind.if_object()->emplace("max_bytes", source.max_bytes);
    sources.push_back(std::move(kind));
  }
  return Json::Object{{"sources", std::move(sources)},
                      {"allowed_licences", list(config.allowed_licences)},
                      {"languages", list(config.languages)},
                      {"min_characters", config.min_characters},
                      {"documents", config.documents},
                      {"max_bytes_per_language", config.max_bytes_per_language},
                      {"held_out_share", config.held_out_share}};
}

Status check_config(const CorpusConfig& config) {
  if (config.sources.empty()) return invalid_input("the corpus has no source");
  if (config.allowed_licences.empty())
    return invalid_input("the list of allowed licences is empty, so no document could be kept");
  if (!(config.held_out_share >= 0 && config.held_out_share < 1))
    return invalid_input(fmt::format("held_out_share is {}, it must be at least 0 and less than 1",
                                     config.held_out_share));
  std::set<std::string> names, packages;
  for (const CorpusSource& source : config.sources) {
    if (!is_name(source.name))
      return invalid_input(fmt::format(
          "'{}' is no name for a source; use letters, digits and . _ - +", source.name));
    if (!names.insert(source.name).second)
      return invalid_input(fmt::format("two sources are named {}", source.name));
    const auto* debian = std::get_if<DebianSource>(&source.kind);
    if (debian == nullptr) continue;
    if (debian->packages.empty())
      return invalid_input(fmt::format("the source {} names no packages", source.name));
    for (const std::string& package : debian->packages) {
      if (!is_name(package) || package.starts_with('-'))
        return invalid_input(fmt::format("'{}' is no name of a package", package));
      if (!packages.insert(package).second)
        return invalid_input(fmt::format("the package {} is named twice", package));
    }
  }
  return {};
}

}  // namespace glass::data

#include "glass/data/corpus/internal/unit.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "glass/data/ingest/file_kind.h"

namespace glass::data {
namespace {

uint64_t characters(std::string_view text) {
  return static_cast<uint64_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_wanted(const std::string& language, const std::vector<std::string>& ranges) {
  return ranges.empty() || std::ranges::any_of(ranges, [&](const std::string& range) {
           return language_covers(range, language);
         });
}

}  // namespace

void UnitCollector::drop(std::string path, std::string reason, std::string detail) {
  result_.dropped.push_back({.source = source_,
                             .path = std::move(path),
                             .reason = std::move(reason),
                             .detail = std::move(detail)});
}

UnitCollector::Group& UnitCollector::group_of(const FileRights& rights) {
  Group& group = groups_[rights.licence + '\n' + rights.original + '\n' + rights.evidence];
  group.rights = rights;
  return group;
}

bool UnitCollector::allow(const std::string& path, const FileRights& rights) {
  ++group_of(rights).files;
  if (rights.decision.verdict == Verdict::kAllow) return true;
  drop(path, rights.decision.verdict == Verdict::kDeny ? "licence-denied" : "licence-unknown",
       rights.decision.reason);
  return false;
}

void UnitCollector::add(const File& file, const FileRights& rights, std::string text) {
  if (!is_wanted(file.language, context_.config.languages))
    return drop(file.path, "language", file.language);
  if (text.empty() || characters(text) < context_.config.min_characters)
    return drop(file.path, "too-short");
  Group& group = group_of(rights);
  ++group.documents;
  group.bytes += text.size();
  bytes_out_ += text.size();
  ++rules_[file.rule];
  const crypto::Digest digest = crypto::sha256(text);
  const Json facts = Json::Object{{"bytes", text.size()},
                                  {"bytes_in", file.bytes},
                                  {"evidence", rights.evidence},
                                  {"file_sha256", crypto::to_text(file.sha256)},
                                  {"language", file.language},
                                  {"licence", rights.licence},
                                  {"path", file.path},
                                  {"rule", file.rule},
                                  {"sha256", crypto::to_text(digest)},
                                  {"source", source_}};
  result_.documents.push_back({.text = std::move(text),
                               .source = source_,
                               .path = file.path,
                               .language = file.language,
                               .licence = rights.licence,
                               .sha256 = digest,
                               .facts = to_canonical(facts)});
}

UnitResult UnitCollector::finish() {
  Json::Array groups;
  for (const auto& [key, group] : groups_) {
    groups.emplace_back(Json::Object{{"original", group.rights.original},
                                     {"licence", group.rights.licence},
                                     {"verdict", name(group.rights.decision.verdict)},
                                     {"chosen", group.rights.decision.chosen},
                                     {"reason", group.rights.decision.reason},
                                     {"evidence", group.rights.evidence},
                                     {"files", group.files},
                                     {"documents", group.documents},
                                     {"bytes", group.bytes}});
  }
  Json::Object rules;
  for (const auto& [rule, count] : rules_) rules.emplace(rule, count);
  std::map<std::string, int64_t> reasons;
  for (const DroppedFile& file : result_.dropped) ++reasons[file.reason];
  Json::Object dropped;
  for (const auto& [reason, count] : reasons) dropped.emplace(reason, count);
  note("licences", std::move(groups));
  note("rules", std::move(rules));
  note("dropped", std::move(dropped));
  note("files_in", files_in_);
  note("bytes_in", bytes_in_);
  note("documents", result_.documents.size());
  note("bytes", bytes_out_);
  return std::move(result_);
}

FileRights rights_of_text(const std::string& expression, const std::string& evidence,
                          const LicencePolicy& policy) {
  FileRights rights{.original = expression, .licence = "", .decision = {}, .evidence = evidence};
  if (expression.empty()) {
    rights.decision.reason = "nobody says under which licence it is";
    rights.evidence = "none";
    return rights;
  }
  const auto parsed = parse_spdx(expression);
  if (!parsed) {
    rights.decision.reason = parsed.error().message;
    return rights;
  }
  rights.licence = to_text(*parsed);
  rights.decision = policy.decide(*parsed);
  return rights;
}

}  // namespace glass::data

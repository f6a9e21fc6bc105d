#include "glass/institution/petitions/canonical_mail.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr std::string_view kAnyDomain = "*";
constexpr std::string_view kLocalMarks = "!#$%&'*+-/=?^_`{|}~.";  // besides letters and digits
constexpr size_t kMostLocal = 64, kMostDomain = 253, kMostLabel = 63;

bool is_letter_or_digit(char c) {
  return is_letter(c) || is_digit(c);
}

// The parts between dots; one that is empty where two follow each other, or at an end.
std::vector<std::string_view> dotted(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t dot = text.find('.');
    parts.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMostLabel && label.front() != '-' &&
         label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

// At least two labels, the last of which is no number: "192.0.2.1" is no domain.
bool is_domain(std::string_view domain) {
  const std::vector<std::string_view> labels = dotted(domain);
  return domain.size() <= kMostDomain && labels.size() >= 2 &&
         std::ranges::all_of(labels, is_label) && !std::ranges::all_of(labels.back(), is_digit);
}

bool is_local(std::string_view local) {
  return local.size() <= kMostLocal &&
         std::ranges::all_of(local,
                             [](char c) {
                               return is_letter_or_digit(c) ||
                                      kLocalMarks.find(c) != std::string_view::npos;
                             }) &&
         std::ranges::none_of(dotted(local), &std::string_view::empty);
}

Result<std::pair<std::string, std::string>> parts_of(std::string_view address) {
  const size_t at = address.rfind('@');
  if (at == std::string_view::npos)
    return invalid_input("the e-mail address has no @; write it as name@example.org");
  const std::string_view local = address.substr(0, at), domain = address.substr(at + 1);
  if (!is_local(local))
    return invalid_input(
        "the part of the e-mail address before the @ has to be 1 to 64 letters without accents, "
        "digits and marks, with single dots between them; quoted names are not taken");
  if (!is_domain(domain))
    return invalid_input(
        "the part of the e-mail address behind the @ is no domain; write it as example.org, one "
        "with other letters in its xn-- form");
  return std::pair(to_lower(local), to_lower(domain));
}

// That of the domain, else that of every domain, else nullptr.
const MailDomainSettings* rule_of(std::string_view domain,
                                  std::span<const MailDomainSettings> rules) {
  const MailDomainSettings* any = nullptr;
  for (const MailDomainSettings& rule : rules) {
    if (rule.domain == domain || std::ranges::find(rule.aliases, domain) != rule.aliases.end())
      return &rule;
    if (rule.domain == kAnyDomain) any = &rule;
  }
  return any;
}

}  // namespace

void describe(settings::FieldVisitor& fields, MailDomainSettings& rule) {
  fields.text("domain", rule.domain, "in lower case; '*' for all that no other table names");
  fields.texts("aliases", rule.aliases, "other domains with the same mailboxes");
  fields.boolean("drop_dots", rule.drop_dots, "whether m.curie is the mailbox mcurie");
  fields.boolean("drop_extension", rule.drop_extension,
                 "whether curie+petition is the mailbox curie");
}

std::vector<MailDomainSettings> usual_mail_domains() {
  std::vector<MailDomainSettings> rules(2);
  rules[0].domain = "gmail.com";
  rules[0].aliases = {"googlemail.com"};
  rules[0].drop_dots = true;
  rules[1].domain = kAnyDomain;
  return rules;
}

Status expect_mail_domains(std::span<const MailDomainSettings> rules) {
  std::set<std::string_view> seen;
  const auto expect = [&](std::string_view domain, bool may_be_any) -> Status {
    if (!(may_be_any && domain == kAnyDomain) && (!is_domain(domain) || to_lower(domain) != domain))
      return invalid_input(
          fmt::format("mail_domain '{}' is no domain in lower case, such as example.org", domain));
    if (!seen.insert(domain).second)
      return invalid_input(fmt::format("mail_domain '{}' stands twice; keep one of them", domain));
    return {};
  };
  for (const MailDomainSettings& rule : rules) {
    GLASS_TRY_STATUS(expect(rule.domain, true));
    for (const std::string& alias : rule.aliases) GLASS_TRY_STATUS(expect(alias, false));
  }
  return {};
}

Result<std::string> canonical_mail(std::string_view address,
                                   std::span<const MailDomainSettings> rules) {
  GLASS_TRY(auto parts, parts_of(address));
  auto& [local, domain] = parts;
  if (const MailDomainSettings* rule = rule_of(domain, rules)) {
    if (rule->drop_extension) local.resize(std::min(local.find('+'), local.size()));
    while (local.ends_with('.')) local.pop_back();  // the one before an extension
    if (rule->drop_dots) std::erase(local, '.');
    if (rule->domain != kAnyDomain) domain = rule->domain;
  }
  if (local.empty())
    return invalid_input(
        "the e-mail address has no name before its extension; write it as "
        "name@example.org");
  return fmt::format("{}@{}", local, domain);
}

std::string_view mail_domain(std::string_view canonical) {
  const size_t at = canonical.rfind('@');
  GLASS_CHECK(at != std::string_view::npos);
  return canonical.substr(at + 1);
}

}  // namespace glass::institution

// CanonicalMail: one text for one mailbox, however its owner writes it, so that a mailbox signs
// once. What providers ignore differs, so it is said by domain:
//
//   [[petitions.mail_domain]]
//   domain = "gmail.com"
//   aliases = ["googlemail.com"]
//   drop_dots = true
//
// "M.Curie+petition@GoogleMail.com" is then "mcurie@gmail.com".
//
// The canonical form is a key to compare by, never an address to write to.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/settings/fields.h"

namespace glass::institution {

// How a provider reads the part before the @.
struct MailDomainSettings {
  std::string domain = "";                // "*": of every domain that has no rule of its own
  std::vector<std::string> aliases = {};  // other domains with the same mailboxes
  bool drop_dots = false;                 // m.curie is mcurie
  bool drop_extension = true;             // curie+petition is curie
};

void describe(settings::FieldVisitor& fields, MailDomainSettings& rule);

// Of providers that say so in public, and "*", where only the extension is dropped: what a charter
// has that names no domain.
std::vector<MailDomainSettings> usual_mail_domains();

// kInvalidInput names the domain that is none, or that two rules speak of.
[[nodiscard]] Status expect_mail_domains(std::span<const MailDomainSettings> rules);

// Lower-case. A domain without a rule, and without "*", keeps dots and extensions. kInvalidInput
// says what is wrong with the address, without repeating it: it may end up in a log of errors.
[[nodiscard]] Result<std::string> canonical_mail(std::string_view address,
                                                 std::span<const MailDomainSettings> rules);

// The part behind the @ of a canonical form.
std::string_view mail_domain(std::string_view canonical);

}  // namespace glass::institution

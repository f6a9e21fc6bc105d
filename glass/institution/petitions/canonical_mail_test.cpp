#include "glass/institution/petitions/canonical_mail.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/base/ascii.h"

namespace glass::institution {
namespace {

std::string canonical(std::string_view address) {
  const auto form = canonical_mail(address, usual_mail_domains());
  return form ? *form : form.error().message;
}

TEST(CanonicalMail, IsOneTextForOneMailbox) {
  for (const char* address : {"mcurie@gmail.com", "M.Curie+petition@GoogleMail.com",
                              "m.c.u.r.i.e@gmail.com", "mcurie+a+b@gmail.com"})
    EXPECT_EQ(canonical(address), "mcurie@gmail.com");
  EXPECT_EQ(canonical("M.Curie+petition@Example.org"), "m.curie@example.org");
  EXPECT_EQ(canonical("M.Curie.+petition@Example.org"), "m.curie@example.org");
  EXPECT_EQ(mail_domain("m.curie@example.org"), "example.org");
}

TEST(CanonicalMail, KeepsWhatNoRuleDrops) {
  const std::vector<MailDomainSettings> none;
  EXPECT_EQ(canonical_mail("m.curie+a@gmail.com", none).value(), "m.curie+a@gmail.com");
  MailDomainSettings dots;
  dots.domain = "example.org";
  dots.drop_dots = true;
  dots.drop_extension = false;
  EXPECT_EQ(canonical_mail("m.curie+a.b@example.org", std::vector{dots}).value(),
            "mcurie+ab@example.org");
}

TEST(CanonicalMail, RefusesWhatIsNoAddressAndDoesNotRepeatIt) {
  for (const std::string& address : {std::string("mcurie"),
                                     std::string("@example.org"),
                                     std::string("m curie@example.org"),
                                     std::string("\"m curie\"@example.org"),
                                     std::string(".mcurie@example.org"),
                                     std::string("m..curie@example.org"),
                                     std::string("mcurie.@example.org"),
                                     std::string("m@curie@example.org"),
                                     std::string("mcurie@example"),
                                     std::string("mcurie@example..org"),
                                     std::string("mcurie@-example.org"),
                                     std::string("mcurie@192.0.2.1"),
                                     std::string("mcurie@[192.0.2.1]"),
                                     std::string("mcurié@example.org"),
                                     std::string("mcurie@exämple.org"),
                                     std::string(65, 'm') + "@example.org",
                                     "mcurie@" + std::string(64, 'e') + ".org",
                                     std::string("mcurie\0@example.org", 19),
                                     std::string("+petition@gmail.com"),
                                     std::string(".@gmail.com")}) {
    const auto form = canonical_mail(address, usual_mail_domains());
    ASSERT_FALSE(form) << address;
    EXPECT_EQ(form.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(form.error().message.find("e-mail address"), std::string::npos);
    EXPECT_EQ(form.error().message.find("curie"), std::string::npos);
  }
}

TEST(CanonicalMail, SaysWhichPartIsWrong) {
  EXPECT_NE(canonical("mcurie").find("has no @"), std::string::npos);
  EXPECT_NE(canonical("m curie@example.org").find("before the @"), std::string::npos);
  EXPECT_NE(canonical("mcurie@example").find("behind the @"), std::string::npos);
  EXPECT_NE(canonical("+a@example.org").find("no name before its extension"), std::string::npos);
}

TEST(MailDomains, AreEachNamedOnce) {
  EXPECT_TRUE(expect_mail_domains(usual_mail_domains()));
  const auto refusal = [](const std::vector<std::vector<std::string>>& domains) {
    std::vector<MailDomainSettings> rules;
    for (const std::vector<std::string>& names : domains) {
      MailDomainSettings& rule = rules.emplace_back();
      rule.domain = names.front();
      rule.aliases.assign(names.begin() + 1, names.end());
    }
    const Status status = expect_mail_domains(rules);
    return status ? std::string() : status.error().message;
  };
  EXPECT_EQ(refusal({{"*"}, {"a.org", "b.org"}}), "");
  EXPECT_NE(refusal({{"a.org", "b.org"}, {"b.org"}}).find("'b.org' stands twice"),
            std::string::npos);
  EXPECT_NE(refusal({{"*"}, {"*"}}).find("'*' stands twice"), std::string::npos);
  EXPECT_NE(refusal({{"A.org"}}).find("'A.org' is no domain in lower case"), std::string::npos);
  EXPECT_NE(refusal({{"a.org", "*"}}).find("'*' is no domain"), std::string::npos);
}

TEST(CanonicalMail, OfACanonicalFormIsItself) {
  EXPECT_TRUE(rc::check("twice is once", [] {
    const auto letter = rc::gen::elementOf(std::string("abXY09.+-_"));
    const std::string local = *rc::gen::container<std::string>(letter);
    const auto domain = *rc::gen::elementOf(
        std::vector<std::string>{"gmail.com", "googlemail.com", "Example.org", "a-b.example"});
    const auto form = canonical_mail(local + "@" + domain, usual_mail_domains());
    RC_PRE(form.has_value());
    RC_ASSERT(canonical_mail(*form, usual_mail_domains()).value() == *form);
    RC_ASSERT(to_lower(*form) == *form);
    RC_ASSERT(form->find('+') == std::string::npos);
  }));
}

}  // namespace
}  // namespace glass::institution

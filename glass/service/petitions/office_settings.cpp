#include "glass/service/petitions/office_settings.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/settings/fields.h"
#include "glass/settings/settings_file.h"
#include "glass/system/database/sql_database.h"
#include "glass/system/files.h"
#include "glass/system/mail/mail.h"
#include "glass/system/mail/mail_message.h"

namespace glass::service {
namespace {

constexpr std::string_view kOfficeFile = "petitions.toml";

}  // namespace

void describe(settings::FieldVisitor& fields, OfficeMailSettings& mail) {
  fields.text("server", mail.server, "smtp://host:port, or smtps:// for TLS from the first byte");
  fields.text("from", mail.from, "the mailbox that letters come from");
  fields.text("user", mail.user, "who the server knows the office as; none: nobody is asked");
  fields.text("password_file", mail.password_file, "a file of mode 0600 with the password");
}

void describe(settings::FieldVisitor& fields, OfficeSettings& office) {
  fields.text("database", office.database,
              "where signatures lie, a connection of PostgreSQL; none: petitions.sqlite beside the "
              "journal");
  fields.text("link", office.link,
              "what stands before confirm/TOKEN in letters; none: what to type in a terminal");
}

Result<OfficeSettings> office_settings(system::Files& files, const system::Path& facility) {
  const system::Path place = facility / kOfficeFile;
  if (!files.exists(place))
    return fail(ErrorCode::kNotFound,
                fmt::format("{} is not there; write it, so that the petition office can send "
                            "letters:\n[mail]\nserver = \"smtp://localhost:25\"\n"
                            "from = \"petitions@facility.example\"",
                            system::path_text(place)));
  GLASS_TRY(const std::string text, files.read_text(place));
  GLASS_TRY(auto file, settings::SettingsFile::parse(text, system::path_text(place)));
  OfficeSettings office;
  file.read_top(office);
  file.read_section("mail", office.mail);
  if (!office.mail.server.starts_with("smtp://") && !office.mail.server.starts_with("smtps://"))
    file.report("mail.server",
                fmt::format("server is '{}'; write smtp://host:port", office.mail.server));
  if (!system::is_mailbox(office.mail.from))
    file.report("mail.from", fmt::format("from is '{}', which is no mailbox", office.mail.from));
  GLASS_TRY_STATUS(file.finish());
  return office;
}

Result<std::unique_ptr<system::SqlDatabase>> signatures_of(const OfficeSettings& settings,
                                                           const system::Path& facility) {
  return settings.database.empty() ? system::open_sqlite(facility / "petitions.sqlite")
                                   : system::open_postgres(settings.database);
}

Result<std::unique_ptr<system::MailSender>> mail_of(const OfficeSettings& settings,
                                                    system::Files& files) {
  system::MailServer server{.url = settings.mail.server,
                            .from = settings.mail.from,
                            .user = settings.mail.user,
                            .password = {}};
  if (!settings.mail.password_file.empty()) {
    GLASS_TRY(const Bytes password, files.read_private(settings.mail.password_file));
    server.password = as_text(password);
    while (server.password.ends_with('\n')) server.password.pop_back();
  }
  return system::smtp_sender(std::move(server));
}

}  // namespace glass::service

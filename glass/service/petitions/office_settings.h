// OfficeSettings: petitions.toml in a facility's folder: where the petition office keeps
// signatures, and how it writes to people.
//
//   database = "host=db.example dbname=petitions"   PostgreSQL; without it, petitions.sqlite
//   link = "https://facility.example/petitions/"    before "confirm/TOKEN" in letters
//
//   [mail]
//   server = "smtp://mail.facility.example:587"
//   from = "petitions@facility.example"
#pragma once

#include <memory>
#include <string>

#include "glass/base/result.h"
#include "glass/settings/fields.h"
#include "glass/system/database/sql_database.h"
#include "glass/system/files.h"
#include "glass/system/mail/mail.h"

namespace glass::service {

struct OfficeMailSettings {
  std::string server = "", from = "", user = "", password_file = "";
};

struct OfficeSettings {
  std::string database = "", link = "";
  OfficeMailSettings mail = {};
};

void describe(settings::FieldVisitor& fields, OfficeMailSettings& mail);
void describe(settings::FieldVisitor& fields, OfficeSettings& office);

// Of a facility's folder. kNotFound if there is no petitions.toml; kInvalidInput tells every
// problem with its line.
[[nodiscard]] Result<OfficeSettings> office_settings(system::Files& files,
                                                     const system::Path& facility);

[[nodiscard]] Result<std::unique_ptr<system::SqlDatabase>> signatures_of(
    const OfficeSettings& settings, const system::Path& facility);

[[nodiscard]] Result<std::unique_ptr<system::MailSender>> mail_of(const OfficeSettings& settings,
                                                                  system::Files& files);

}  // namespace glass::service

// What the public may know of a petition, as text and as JSON.
#pragma once

#include <string>

#include "glass/base/json.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::cli {

// Counts that are too small to be shown beside their total are null.
Json petition_json(const institution::Petition& petition, const institution::PetitionRules& rules,
                   const std::string& title);

std::string petition_text(const institution::Petition& petition,
                          const institution::PetitionRules& rules, const std::string& title);

}  // namespace glass::cli

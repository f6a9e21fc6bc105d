// Form facts: what both forms say of a model and its data, as lines of a field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "glass/record/release_documents/internal/form_builder.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record::release {

using Lines = std::vector<std::string>;

// "27/11/26" of 2026-11-27; empty for anything else.
std::string short_date(std::string_view date);

// "07/2026" of 2026-07-11 and of 2026-07; empty for anything else.
std::string month(std::string_view date);

Lines model_names(const FormBuilder& form, const ReleaseFacts& facts);
Lines dependencies_of(const FormBuilder& form, const ReleaseFacts& facts);

Lines selection_draft(const FormBuilder& form, const ReleaseFacts& facts);
Lines scope_draft(const FormBuilder& form, const ReleaseFacts& facts);
Lines curation_draft(const FormBuilder& form, const ReleaseFacts& facts);
Lines unsuitable_draft(const FormBuilder& form, const ReleaseFacts& facts);

}  // namespace glass::record::release

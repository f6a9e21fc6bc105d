// ReleaseSections: which keys a release.toml has. The only place that names them.
#pragma once

#include <string_view>

#include "glass/record/release_documents/release_answers.h"
#include "glass/settings/fields.h"

// In the namespace of the structs, where glass/settings looks for them.
namespace glass::record {

void describe(settings::FieldVisitor& fields, ReleaseHead& release);
void describe(settings::FieldVisitor& fields, ProviderAnswers& provider);
void describe(settings::FieldVisitor& fields, UseAnswers& use);
void describe(settings::FieldVisitor& fields, DesignAnswers& design);
void describe(settings::FieldVisitor& fields, DataAnswers& data);
void describe(settings::FieldVisitor& fields, CopyrightAnswers& copyright);
void describe(settings::FieldVisitor& fields, SourceAnswers& source);
void describe(settings::FieldVisitor& fields, ComponentAnswers& component);

// [[source]] and [[component]], which are in no section.
void describe(settings::FieldVisitor& fields, ReleaseAnswers& answers);

}  // namespace glass::record

namespace glass::service {

// Calls visit(name, help, section) for every [section] of a release.toml, in order.
template <typename Visit>
void for_each_section(record::ReleaseAnswers& answers, Visit visit) {
  visit("release", "what is released, and where", answers.release);
  visit("provider", "who releases it", answers.provider);
  visit("use", "what it is for, and what not", answers.use);
  visit("design", "why it is as it is", answers.design);
  visit("data", "what it was trained on, where the record cannot know", answers.data);
  visit("copyright", "rights and illegal content", answers.copyright);
}

}  // namespace glass::service

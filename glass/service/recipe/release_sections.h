// ReleaseSections: which keys a release.toml has. The only place that names them.
#pragma once

#include <string_view>

#include "glass/record/release_documents/release_answers.h"
#include "glass/service/recipe/fields.h"

namespace glass::service {

void describe(FieldVisitor& fields, record::ReleaseHead& release);
void describe(FieldVisitor& fields, record::ProviderAnswers& provider);
void describe(FieldVisitor& fields, record::UseAnswers& use);
void describe(FieldVisitor& fields, record::DesignAnswers& design);
void describe(FieldVisitor& fields, record::DataAnswers& data);
void describe(FieldVisitor& fields, record::CopyrightAnswers& copyright);
void describe(FieldVisitor& fields, record::SourceAnswers& source);
void describe(FieldVisitor& fields, record::ComponentAnswers& component);

// [[source]] and [[component]], which are in no section.
void describe(FieldVisitor& fields, record::ReleaseAnswers& answers);

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

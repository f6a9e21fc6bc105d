// Kinds: what statements of ours say, by kind: the members of their predicates and which of them
// are digests of other things. A table, from which the format page's is made by hand and compared.
//
// Who states something of a kind that is not in the table is not wrong, but nobody here knows what
// it means. Format page: docs/reference/formats/statement-kinds.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/statement.h"

namespace glass::record {

enum class MemberType {
  kText,
  kWhole,    // a whole number, not negative
  kDate,     // "2026-11-26"
  kDigest,   // "sha256:...", of a file or the payload of a statement
  kInner,    // a digest, too, but of what lies in no file: a graph, a chain's end, numbers
  kOneOf,    // one of the words in `note`, parted by ", "
  kObject,   // of any form
  kDigests,  // an object of digests, by file name
  kObjects,  // an array of objects of any form
  kTexts,    // an array of texts
  kWholes,   // an array of whole numbers, not negative
};

struct KindMember {
  std::string_view path;  // within the predicate, "run.recipe"
  MemberType type;
  bool required;
  std::string_view note;  // what it is
};

struct Kind {
  std::string_view name;
  int64_t version;
  std::string_view about;  // what its subjects are
  std::span<const KindMember> members;
};

std::span<const Kind> kinds();

// Nothing for a type that is not in the table.
const Kind* kind_of(std::string_view predicate_type);

// kInvalidInput, naming the member, if the predicate lacks what its kind demands or has it in
// another form. Members that the table does not name are nobody's business. True of kinds unknown.
[[nodiscard]] Status check_members(const Statement& statement);

// A digest that a statement of a known kind names in its predicate.
struct Reference {
  std::string_view path;  // "run.recipe"
  crypto::Digest digest;
  bool is_inner;  // of what lies in no file
};

// "a digest: recipe.json": the form of a member and what it is, for people.
std::string form_text(const KindMember& member);

// In the order of the table; those of `kDigests` are not among them. REQUIRES: check_members.
std::vector<Reference> references(const Statement& statement);

}  // namespace glass::record

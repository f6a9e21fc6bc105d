#include "glass/record/evidence/kinds.h"

#include <string>
#include <string_view>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/system/files.h"
#include "glass/testkit/test_files.h"

namespace glass::record {
namespace {

// Made by an independent program, one statement of each kind with all its members.
Statement golden(const Kind& kind) {
  const system::Path file =
      testkit::source_file(fmt::format("tests/golden/statements/{}.json", kind.name));
  const auto text = system::posix_files().read_text(file);
  EXPECT_TRUE(text) << text.error().message;
  auto statement = parse_statement(text.value_or(""));
  EXPECT_TRUE(statement) << kind.name << ": " << statement.error().message;
  return statement ? *statement : Statement{};
}

// The member at `path` of an object, which is there.
Json& at(Json& json, std::string_view path) {
  const size_t dot = path.find('.');
  Json& member = json.if_object()->find(path.substr(0, dot))->second;
  return dot == std::string_view::npos ? member : at(member, path.substr(dot + 1));
}

void erase(Json& json, std::string_view path) {
  const size_t dot = path.rfind('.');
  Json& parent = dot == std::string_view::npos ? json : at(json, path.substr(0, dot));
  parent.if_object()->erase(
      std::string(dot == std::string_view::npos ? path : path.substr(dot + 1)));
}

TEST(Kinds, EachHasAGoldenStatementThatHolds) {
  for (const Kind& kind : kinds()) {
    const Statement statement = golden(kind);
    EXPECT_TRUE(expect_kind(statement, kind.name, kind.version)) << kind.name;
    EXPECT_TRUE(verify(statement)) << kind.name;
    const Status members = check_members(statement);
    EXPECT_TRUE(members) << members.error().message;
    EXPECT_EQ(kind_of(statement.predicate_type)->name, kind.name);
  }
}

TEST(Kinds, RefuseWhatIsMissingOrOfAnotherForm) {
  for (const Kind& kind : kinds()) {
    const Statement good = golden(kind);
    for (const KindMember& member : kind.members) {
      const std::string what = fmt::format("{} {}", kind.name, member.path);
      Statement without = good;
      erase(without.predicate, member.path);
      EXPECT_EQ(check_members(without).has_value(), !member.required) << what;
      for (const Json& wrong : {Json(nullptr), Json(-1), Json(Json::Array{-1}), Json(true),
                                Json(Json::Object{{"a", "sha256:0"}})}) {
        if (member.type == MemberType::kObject && wrong.if_object() != nullptr) continue;
        Statement other = good;
        at(other.predicate, member.path) = wrong;
        const Status refused = check_members(other);
        ASSERT_FALSE(refused) << what << " as " << to_canonical(wrong);
        EXPECT_NE(refused.error().message.find(member.path), std::string::npos);
      }
    }
  }
}

TEST(Kinds, RefuseDatesAndWordsThatAreNone) {
  Statement decision = golden(*kind_of(predicate_type("decision", 1)));
  for (const std::string_view date :
       {"2026-13-01", "2026-00-10", "2026-1-100", "2026-02-30", "26-11-2026", ""}) {
    at(decision.predicate, "decided") = date;
    EXPECT_FALSE(check_members(decision)) << date;
  }
  decision = golden(*kind_of(predicate_type("decision", 1)));
  at(decision.predicate, "outcome") = "approve";
  EXPECT_EQ(check_members(decision).error().message,
            "\"outcome\" of a statement of the kind decision should be one of "
            "approved, approved-with-conditions, deferred, rejected, revoked; it is a string");
}

TEST(Kinds, NothingIsKnownOfOthers) {
  const Statement other =
      state("https://slsa.dev/provenance/v1", {{"a", crypto::sha256("a")}}, Json::Object{});
  EXPECT_EQ(kind_of(other.predicate_type), nullptr);
  EXPECT_TRUE(check_members(other));
  EXPECT_TRUE(references(other).empty());
}

TEST(Kinds, ARunRecordNamesWhatItWasMadeOf) {
  std::string paths;
  for (const Reference& one : references(golden(*kind_of(predicate_type("run-record", 1)))))
    paths += fmt::format("{} {}\n", one.path, crypto::to_text(one.digest).substr(0, 11));
  EXPECT_EQ(paths,
            "run.recipe sha256:1111\nrun.corpus sha256:2222\nrun.tokenizer sha256:3333\n"
            "run.shards sha256:4444\nrun.examples sha256:5555\nrun.start sha256:6666\n"
            "run.graph sha256:7777\nrun.chain sha256:8888\nrun.parameters sha256:9999\n");
}

// So that page and table cannot differ.
TEST(Kinds, StandInTheFormatPageAsTheyAre) {
  const auto page = system::posix_files().read_text(
      testkit::source_file("docs/reference/formats/statement-kinds.md"));
  ASSERT_TRUE(page);
  for (const Kind& kind : kinds()) {
    std::string table =
        fmt::format("## {}, version {}\n\nAbout {}.\n\n| member | is | |\n|---|---|---|\n",
                    kind.name, kind.version, kind.about);
    for (const KindMember& member : kind.members)
      table += fmt::format("| `{}` | {} | {} |\n", member.path, form_text(member),
                           member.required ? "" : "may be absent");
    EXPECT_NE(page->find(table), std::string::npos) << "the page should hold:\n" << table;
  }
}

}  // namespace
}  // namespace glass::record

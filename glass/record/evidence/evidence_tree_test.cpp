#include "glass/record/evidence/evidence_tree.h"

#include <gtest/gtest.h>

namespace glass::record {
namespace {

using enum EvidenceState;

EvidenceNode tree() {
  return {kVerified,
          "release",
          "of a model",
          {{kVerified, "record", "", {{kAttested, "graph", "by digest", {}}}},
           {kMissing, "replay", "nobody did", {}}}};
}

TEST(EvidenceTree, IsShownWithItsBranches) {
  EXPECT_EQ(to_text(tree()),
            "verified  release: of a model\n"
            "verified  ├ record\n"
            "attested  │ └ graph: by digest\n"
            "missing   └ replay: nobody did\n");
  EXPECT_EQ(to_canonical(to_json(tree().parts[0])),
            R"({"detail":"","parts":[{"detail":"by digest","state":"attested","what":"graph"}],)"
            R"("state":"verified","what":"record"})");
}

TEST(EvidenceTree, IsInOrderOnlyIfNothingIsBrokenOrMissing) {
  EvidenceNode node = tree();
  EXPECT_EQ(exit_code(node), 4);
  node.parts[0].parts[0].state = kBroken;
  EXPECT_EQ(exit_code(node), 1);
  EXPECT_EQ(count(node, kBroken), 1);
  EXPECT_EQ(count(node, kVerified), 2);
  node.parts.pop_back();
  node.parts[0].parts[0].state = kAttested;
  EXPECT_EQ(exit_code(node), 0);
}

TEST(EvidenceTree, TellsWhereAStateComesFrom) {
  EvidenceNode node = tree();
  EXPECT_EQ(first_cause(node, kBroken), nullptr);
  node.parts[0].parts[0].state = kBroken;
  settle(node.parts[0]);
  settle(node);
  EXPECT_EQ(node.state, kBroken);
  EXPECT_EQ(first_cause(node, kBroken), &node.parts[0].parts[0]);
  EXPECT_EQ(find(node, "replay"), &node.parts[1]);
  EXPECT_EQ(find(node, "graphs"), nullptr);
}

TEST(EvidenceTree, LetsNobodyWriteALineOfIt) {
  const EvidenceNode node{kAttested, "a\nverified  b", "c\x1b[2K \u202e d\xff \u00e9", {}};
  EXPECT_EQ(to_text(node),
            "attested  a\\x0averified  b: c\\x1b[2K \\xe2\\x80\\xae d\\xff \u00e9\n");
  EXPECT_EQ(to_json(node).get_string("what"), "a\\x0averified  b");
}

}  // namespace
}  // namespace glass::record

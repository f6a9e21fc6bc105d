#include "glass/record/release/verify_release.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/base64.h"
#include "glass/base/json.h"
#include "glass/base/time_text.h"
#include "glass/record/evidence/envelope.h"
#include "glass/record/evidence/held_out.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/evidence/replay_choice.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/evidence/step_chain.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/model_signing/model_signature.h"
#include "glass/record/release/test_release.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/files.h"
#include "glass/system/files_below.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_files.h"
#include "glass/testkit/test_keys.h"

namespace glass::record {
namespace {

using namespace fixture;
using testkit::key_number;
using enum EvidenceState;

TEST_F(Release, IsToldAsATreeOfWhatWasComparedAndWhatWasNot) {
  const std::string text = to_text(verified());
  const size_t size = text.find("files, ") + 7;
  std::string expected =
      files_.read_text(testkit::source_file("tests/golden/evidence_tree.txt")).value();
  for (const auto& [word, value] :
       {std::pair{"FOLDER", folder().string()},
        std::pair{"SIZE", text.substr(size, text.find(',', size) - size)},
        std::pair{"KEY", crypto::to_text(key_number(kStater).public_key())},
        std::pair{"RUN", crypto::to_text(run_)}}) {
    for (size_t at; (at = expected.find(word)) != std::string::npos;)
      expected.replace(at, std::string_view(word).size(), value);
  }
  EXPECT_EQ(text, expected);
  EXPECT_EQ(exit_code(verified()), 0);
}

TEST_F(Release, BringsItsOwnKeysAndIsNotBelievedForThat) {
  const EvidenceNode node = verified({});
  EXPECT_EQ(exit_code(node), 0);
  EXPECT_EQ(node.parts[0].state, kAttested);
  EXPECT_EQ(count(node, kBroken), 0);
  const std::string text = to_text(node);
  EXPECT_NE(text.find("attested  ├ signature of all files"), std::string::npos) << text;
  EXPECT_NE(text.find("attested  │ ├ transparency log"), std::string::npos) << text;
  EXPECT_NE(text.find("whom you have not named"), std::string::npos) << text;
}

TEST_F(Release, IsBrokenByAnyChangedByteOfAnyFile) {
  for (const auto& [file, digest] : digests()) {
    const std::string good = read(file);
    for (size_t at = 0; at < good.size(); at += good.size() / 16 + 1) {
      std::string changed = good;
      changed[at] = static_cast<char>(changed[at] ^ 2);
      write(file, changed);
      // Around what model.sig signs lie a few members that nobody has signed.
      const bool signed_part = file != "model.sig" || (at > 30 && at < good.size() / 2);
      if (signed_part) {
        EXPECT_EQ(exit_code(verified()), 1) << file << " at " << at;
      }
    }
    write(file, good);
  }
  EXPECT_EQ(exit_code(verified()), 0);
}

TEST_F(Release, IsBrokenWhereItsMakerKnowsTheKeysAndChangesOnePart) {
  write("config.json", "{ }");
  finish();
  EXPECT_NE(to_text(verified()).find("broken    │   ├ model: config.json is not as recorded"),
            std::string::npos)
      << to_text(verified());
  write("config.json", "{}");
  write("evidence/recipe.json", "another recipe");
  finish();
  EXPECT_NE(to_text(verified()).find("broken    │   ├ recipe"), std::string::npos);
  write("evidence/recipe.json", "recipe");
  write_replay(false);
  finish();
  EXPECT_NE(to_text(verified()).find("1 segment executed again gave other bits"),
            std::string::npos);
  EXPECT_EQ(exit_code(verified()), 1);
}

TEST_F(Release, HasEvaluationsOfItsModelWithTheFiguresOfItsRecord) {
  held_out_ = Json::Object{{"loss_bits", "40100000"}, {"bits_per_byte", 2.25}};
  make();
  const auto told = [&](std::string_view suite, Json::Array results, const Subject& subject) {
    Statement evaluation = state(predicate_type("evaluation", 1), {subject},
                                 Json::Object{{"suite", suite}, {"results", std::move(results)}});
    sign(evaluation, key_number(kStater));
    write("evidence/evaluations/one.json", to_text(evaluation));
    finish();
    return to_text(verified());
  };
  const auto expect = [](const std::string& text, std::string_view part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  const Subject model{"model/model.safetensors", crypto::sha256("weights")};
  expect(told(kHeldOutSuite, held_out_results("40100000", 2.25), model),
         "evaluation: held-out text, version 1: 2.2500 bits per byte, as the record says");
  expect(told(kHeldOutSuite, held_out_results("40100001", 2.25), model),
         "its figures are not those of the run record");
  expect(told("another suite", {Json::Object{{"name", "a"}}}, model), "evaluation: another suite");
  expect(told("another suite", {}, {"model/model.safetensors", crypto::sha256("others")}),
         "it is about a model/model.safetensors that is not the run's");
  expect(told("another suite", {}, {"config.json", crypto::sha256("{}")}),
         "it is about a config.json that is not the run's");
  held_out_.reset();
  make();
  expect(told(kHeldOutSuite, {}, model), "the run has no held-out text");
}

TEST_F(Release, HasReplaysThatWereDrawnAsTheySay) {
  const ProofFile proof = proof_of(log_entry(record_));
  const uint64_t seed = challenge_seed(run_, to_text(in_order(proof.checkpoint)));
  const ReplaySegment drawn = draw_segments({0, 1}, 1, 2, 3, seed)[0];
  const Json segment = Json::Object{{"begin", drawn.begin}, {"end", drawn.end}, {"equal", true}};
  const Json::Object good{{"starts", Json::Array{0, 1}},
                          {"length", 2},
                          {"seed", static_cast<int64_t>(seed)},
                          {"segments", Json::Array{segment}},
                          {"challenge", Json::Object{{"proof", to_text(proof)}}}};
  const auto told = [&](const Json::Object& predicate) {
    write_replay(true, predicate);
    finish();
    return to_text(verified());
  };
  const auto expect = [&](const Json::Object& predicate, std::string_view text) {
    const std::string tree = told(predicate);
    EXPECT_NE(tree.find(text), std::string::npos) << tree;
  };
  expect(good, "equal, drawn by the checkpoint of example.org/log of size 1\n");
  Json::Object other = good;
  other["starts"] = Json::Array{2};
  expect(other, "its segments are not those that its seed draws");
  other["starts"] = Json::Array{1, 0};
  expect(other, "its starts are no steps of the run in ascending order");
  other.erase("starts");
  expect(other, "\"starts\" is missing");
  other = good;
  other["seed"] = static_cast<int64_t>(seed) + 1;
  expect(other, "broken    │   └ replay");

  // The proof of another entry: the log did not name this record when the segments were drawn.
  const ProofFile elsewhere = proof_of("another entry");
  const uint64_t chosen = challenge_seed(run_, to_text(in_order(elsewhere.checkpoint)));
  const ReplaySegment instead = draw_segments({0, 1}, 1, 2, 3, chosen)[0];
  other = good;
  other["seed"] = static_cast<int64_t>(chosen);
  other["segments"] =
      Json::Array{Json::Object{{"begin", instead.begin}, {"end", instead.end}, {"equal", true}}};
  other["challenge"] = Json::Object{{"proof", to_text(elsewhere)}};
  expect(other, "the proof of entry 0 leads to the root");

  // A line of a key that nobody knows would let who draws try again.
  ProofFile stuffed = proof;
  stuffed.checkpoint.signatures.push_back({"junk", 7, Bytes(64, 1)});
  const uint64_t ground = challenge_seed(run_, to_text(in_order(stuffed.checkpoint)));
  const ReplaySegment wanted = draw_segments({0, 1}, 1, 2, 3, ground)[0];
  other["seed"] = static_cast<int64_t>(ground);
  other["segments"] =
      Json::Array{Json::Object{{"begin", wanted.begin}, {"end", wanted.end}, {"equal", true}}};
  other["challenge"] = Json::Object{{"proof", to_text(stuffed)}};
  expect(other, "has a signature of junk, which the policy does not name");
}

TEST_F(Release, HasNoReplayOfStepsThatThereAreNot) {
  const auto tell = [&](Json::Array segments) {
    write_replay(true, {{"segments", std::move(segments)}});
    finish();
    return to_text(verified());
  };
  const auto segment = [](int64_t begin, int64_t end) {
    return Json(Json::Object{{"begin", begin}, {"end", end}, {"equal", true}});
  };
  EXPECT_NE(tell({}).find("it tells of no segment"), std::string::npos);
  for (const Json& one : {segment(0, 4), segment(-1, 1), segment(2, 2), segment(2, 1)})
    EXPECT_NE(tell({one}).find("it tells of a segment from step"), std::string::npos);
  EXPECT_NE(tell({segment(0, 2), segment(0, 2), segment(1, 3)}).find("3 of 3 steps in 3 segments"),
            std::string::npos);
}

TEST_F(Release, IsBrokenWhereARecordContradictsItself) {
  const auto told = [&](const std::function<void(Json::Object&)>& change) {
    Json run = **record_.predicate.get_object("run");
    change(*run.if_object());
    const Statement before = record_;
    record_ = state(predicate_type("run-record", 1), before.subjects,
                    Json::Object{{"run", run}, {"execution", Json::Object{}}});
    sign(record_, key_number(kStater));
    write("evidence/record.json", to_text(record_));
    finish();
    const std::string text = to_text(verified());
    record_ = before;
    return text;
  };
  EXPECT_NE(told([](Json::Object& run) { run["further"] = 1; }).find("has a member \"further\""),
            std::string::npos);
  EXPECT_NE(told([](Json::Object& run) { run["steps"] = 4; }).find("other things than its run"),
            std::string::npos);
}

TEST_F(Release, OfAGovernedRunNamesTheDecisionOfItsFacility) {
  const auto by = [](std::string_view run) {
    return Json::Object{{"facility", std::string(64, '8')}, {"run", run}};
  };
  const auto expect = [&](std::string_view part) {
    make();
    const std::string text = to_text(verified());
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  execution_ = {{"governed", by("a")}};
  expect("facility's decision: the record belongs to run a of facility 8888");
  EXPECT_EQ(exit_code(verified()), 1);
  Json::Object decision = by("a");
  decision.emplace("entry", 7);
  decision.emplace("line", digest_text("entry"));
  decision_ = decision;
  expect("facility's decision: run a of facility 8888");
  EXPECT_EQ(exit_code(verified()), 0);
  execution_ = {{"governed", by("b")}};
  expect("facility's decision: it is of run a of facility 8888");
  EXPECT_EQ(exit_code(verified()), 1);
}

TEST_F(Release, IsBrokenWhereItsSignersAreNotThoseThatOneBelieves) {
  Trust trust = everything();
  trust.signer_keys = {{key_number(9).public_key()}};
  const std::string text = to_text(verified(trust));
  EXPECT_EQ(exit_code(verified(trust)), 1);
  for (const char* file : {"release.json", "evidence/record.json", "provenance.json"})
    EXPECT_NE(text.find(fmt::format("├ {}: signed by ed25519:", file)) == std::string::npos &&
                  text.find(fmt::format("└ {}: signed by ed25519:", file)) == std::string::npos,
              true)
        << text;
  EXPECT_NE(text.find("attested  │     └ evidence/replays/a.json"), std::string::npos) << text;
}

TEST_F(Release, TellsOfFilesThatNothingWasComparedWith) {
  write("modeling.py", "what nobody compares");
  finish();
  EXPECT_NE(to_text(verified())
                .find("attested  └ other files: 1 file, whose contents are not "
                      "compared here: modeling.py"),
            std::string::npos)
      << to_text(verified());
}

TEST_F(Release, WithASignatureThatLeavesThingsOutIsBroken) {
  std::string bundle = read("model.sig");
  const size_t begin = bundle.find("\"payload\":\"") + 11, end = bundle.find('"', begin);
  const Bytes payload = from_base64(bundle.substr(begin, end - begin)).value();
  std::string text(as_text(payload));
  text.replace(text.find("\".gitignore\""), 12, "\".gitignore\",\"more\"");
  const std::string encoding = pre_authentication_encoding(kInTotoType, text);
  bundle.replace(begin, end - begin, to_base64(as_bytes(text)));
  const size_t sig = bundle.find("\"sig\":\"") + 7;
  bundle.replace(sig, bundle.find('"', sig) - sig, to_base64(model_key().sign(as_bytes(encoding))));
  write("model.sig", bundle);
  EXPECT_NE(to_text(verified()).find("it leaves out files that it should sign"), std::string::npos);
}

TEST_F(Release, SaysWhatIsMissing) {
  for (const char* file : {"evidence/recipe.json", "evidence/replays/a.json", "provenance.json",
                           "evidence/training/chain.jsonl"}) {
    const std::string text = read(file);
    ASSERT_TRUE(files_.remove_all(folder() / file));
    EXPECT_EQ(exit_code(verified()), 1) << "released with it: " << file;
    write(file, text);
  }
  ASSERT_TRUE(files_.remove_all(folder() / "evidence/replays"));
  finish();
  EXPECT_EQ(exit_code(verified()), 4);
  EXPECT_NE(to_text(verified()).find("missing   │   └ replay"), std::string::npos);
}

TEST_F(Release, OfAnotherKeyOrLogIsNotTheOneExpected) {
  Trust trust = everything();
  trust.files_keys = {{crypto::P256SecretKey::generate().public_key()}};
  EXPECT_EQ(verified(trust).parts[0].state, kBroken);
  trust = everything();
  trust.policy =
      parse_policy(
          fmt::format("log {}\nwitness w {}\nwitness v {}\ngroup all all w v\nquorum all\n",
                      to_text(log_key()), to_text(witness_key()),
                      to_text(NoteKey{"v.example.org", NoteKeyKind::kCosigner,
                                      key_number(9).public_key()})))
          .value();
  const std::string text = to_text(verified(trust));
  EXPECT_NE(text.find("broken    │ ├ transparency log"), std::string::npos) << text;
  EXPECT_NE(text.find("not cosigned by v"), std::string::npos) << text;
}

// The witness has seen the release at 1,800,000,000: on 2027-01-15.
// A public key is anyone's to name: what a stranger stated with it shows nothing of when it signed.
// Then nothing that witnesses have seen says that this key signs the files.
TEST_F(Release, TellsOfWeightsInSeveralFilesAsAttested) {
  ASSERT_TRUE(files_.remove_all(folder() / "model.safetensors"));
  write("model-00001-of-00001.safetensors", "weights");
  write("model.safetensors.index.json", "{}");
  write_provenance_of("config.json");
  const std::string text = to_text(verified());
  EXPECT_NE(text.find("attested  │   ├ model: model.safetensors is split into the files of "
                      "model.safetensors.index.json"),
            std::string::npos)
      << text;
  EXPECT_EQ(exit_code(verified()), 0);
}

TEST_F(Release, StaysWholeInAClone) {
  write(".git/HEAD", "ref: refs/heads/main");
  write(".git/config", "");
  write(".gitattributes", "*.gguf filter=lfs");
  const EvidenceNode node = verified();
  EXPECT_EQ(exit_code(node), 0) << to_text(node);
  EXPECT_EQ(node.parts[0].what, ".git");
  EXPECT_EQ(node.parts[0].state, kAttested);
  EXPECT_EQ(node.parts[1].what, ".gitattributes");
  write("evidence/.git", "not at the top");
  EXPECT_EQ(exit_code(verified()), 1);
}

TEST_F(Release, WithALinkIsBroken) {
  fs::create_symlink("config.json", folder() / "link.json");
  const EvidenceNode node = verified();
  EXPECT_EQ(exit_code(node), 1);
  EXPECT_EQ(node.parts[0].detail, "is neither a file nor a folder");
}

// Nothing that is no file of the folder is opened: a pipe would never end, a link leads out.
TEST_F(Release, OpensNothingButItsFiles) {
  for (const char* file : {"release.json", "model.sig", "log.key", "evidence/record.json",
                           "evidence/training/chain.jsonl"}) {
    const std::string text = read(file);
    ASSERT_TRUE(files_.remove_all(folder() / file));
    ASSERT_EQ(mkfifo((folder() / file).c_str(), 0600), 0);
    EXPECT_EQ(exit_code(verified()), 1) << file;
    ASSERT_TRUE(files_.remove_all(folder() / file));
    fs::create_symlink("/dev/zero", folder() / file);
    EXPECT_EQ(exit_code(verified()), 1) << file;
    ASSERT_TRUE(files_.remove_all(folder() / file));
    write(file, text);
  }
  EXPECT_EQ(exit_code(verified()), 0);
}

TEST_F(Release, WithoutItsStatementIsNone) {
  ASSERT_TRUE(files_.remove_all(folder() / "release.json"));
  SerialParallel parallel;
  const auto node = verify_release(files_, folder(), {}, parallel);
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace glass::record

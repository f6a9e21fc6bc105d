#include "glass/record/release/internal/evaluation_evidence.h"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/held_out.h"
#include "glass/record/evidence/statement.h"

namespace glass::record {
namespace {

using enum EvidenceState;

constexpr std::string_view kModelPrefix = "model/";

Status expect_of_model(const Statement& statement, const Json& run) {
  GLASS_TRY(const Json::Object* model, run.get_object("model"));
  for (const Subject& subject : statement.subjects) {
    const bool is_named = subject.name.starts_with(kModelPrefix);
    const auto file =
        is_named ? model->find(subject.name.substr(kModelPrefix.size())) : model->end();
    if (file == model->end() || *file->second.if_string() != crypto::to_text(subject.digest))
      return fail(ErrorCode::kMismatch,
                  fmt::format("it is about a {} that is not the run's", subject.name));
  }
  return {};
}

Result<std::string> what_it_says(const Statement& statement, const Json& run) {
  GLASS_TRY_STATUS(expect_kind(statement, "evaluation", 1));
  GLASS_TRY_STATUS(expect_of_model(statement, run));
  GLASS_TRY(std::string suite, statement.predicate.get_string("suite"));
  if (suite != kHeldOutSuite) return suite;
  GLASS_TRY(const Json::Array* results, statement.predicate.get_array("results"));
  const Json* held_out = run.find("held_out");
  if (held_out == nullptr) return fail(ErrorCode::kMismatch, "the run has no held-out text");
  GLASS_TRY(const std::string bits, held_out->get_string("loss_bits"));
  GLASS_TRY(const double bits_per_byte, held_out->get_number("bits_per_byte"));
  if (*results != held_out_results(bits, bits_per_byte))
    return fail(ErrorCode::kMismatch, "its figures are not those of the run record");
  return fmt::format(
      "{}: {:.4f} bits per byte, as the record says; with the run's folder `glass verify` computes "
      "it again",
      suite, bits_per_byte);
}

}  // namespace

EvidenceNode evaluation_node(const Verified& release, const std::string& file, const Json& run) {
  constexpr std::string_view kWhat = "evaluation";
  release.compared.insert(file);
  const auto statement = read_statement(release, file);
  if (!statement) return {kBroken, std::string(kWhat), statement.error().message, {}};
  auto says = what_it_says(*statement, run);
  if (!says)
    return {kBroken, std::string(kWhat), fmt::format("{}: {}", file, says.error().message), {}};
  EvidenceNode node{kAttested, std::string(kWhat), std::move(*says), {}};
  node.parts.push_back(signed_node(release, file, *statement, Signer::kAnyone));
  return node;
}

}  // namespace glass::record

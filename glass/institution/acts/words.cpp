#include "glass/institution/acts/words.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/petitions/petition_settings.h"
#include "glass/institution/safety/level_facts.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr size_t kIdDigits = 32, kDigestDigits = 64;
constexpr std::string_view kKeyPrefix = "ed25519:";
// What findings of votes are called, besides "also" and a number.
constexpr std::array<std::string_view, 7> kFindings = {
    "quorum",  "count", "weight", "least_in_favour", "least_groups", "most_not_in_favour",
    "blocking"};

bool is_hex(std::string_view text, size_t digits) {
  return text.size() == digits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_random(std::string_view text) {
  return is_hex(text, kIdDigits) || is_hex(text, kDigestDigits) ||
         (text.starts_with(kKeyPrefix) && is_hex(text.substr(kKeyPrefix.size()), kDigestDigits));
}

bool is_finding(std::string_view text) {
  if (std::ranges::find(kFindings, text) != kFindings.end()) return true;
  constexpr std::string_view kAlso = "also ";
  return text.starts_with(kAlso) && text.size() <= kAlso.size() + 2 &&
         text.find_first_not_of("0123456789", kAlso.size()) == std::string_view::npos;
}

class WordCheck final : public settings::FieldVisitor {
 public:
  WordCheck(std::string_view kind, const Charter* charter) : kind_(kind), charter_(charter) {}

  Status result() && { return std::move(result_); }

  void integer(std::string_view, int64_t&, settings::IntRange, std::string_view) override {}

  void real(std::string_view key, double&, settings::RealRange, std::string_view) override {
    refuse(key, "a number with a point");
  }

  void boolean(std::string_view, bool&, std::string_view) override {}

  void text(std::string_view key, std::string& value, std::string_view) override {
    if (!value.empty() && !is_random(value) && !is_word(value) && !is_finding(value) &&
        std::ranges::find(kMethodWords, value) == kMethodWords.end())
      refuse(key, value);
  }

  void choice(std::string_view key, std::string& value, settings::Choices choices,
              std::string_view) override {
    if (std::ranges::find(choices, value) == choices.end()) refuse(key, value);
  }

  void texts(std::string_view key, std::vector<std::string>& value,
             std::string_view help) override {
    for (std::string& one : value) text(key, one, help);
  }

  void tables(std::string_view, settings::Tables& value, std::string_view) override {
    for (size_t i = 0; i < value.size(); ++i) value.describe_item(*this, i);
  }

 private:
  [[nodiscard]] bool is_word(std::string_view text) const {
    return charter_ != nullptr &&
           (charter_->seat(text) != nullptr || charter_->member(text) != nullptr ||
            charter_->body(text) != nullptr || charter_->rule(text) != nullptr ||
            std::ranges::find(charter_->petitions().thresholds, text, &PetitionThreshold::name) !=
                charter_->petitions().thresholds.end());
  }

  void refuse(std::string_view key, std::string_view value) {
    if (!result_) return;
    result_ =
        fail(ErrorCode::kRefused,
             fmt::format("{} of {} is '{}'; an act holds ids, digests, keys and the words of the "
                         "charter, and texts only as commitments",
                         key, kind_, value));
  }

  std::string_view kind_;
  const Charter* charter_;
  Status result_;
};

}  // namespace

bool is_id(std::string_view text) {
  return is_hex(text, kIdDigits);
}

bool is_digest(std::string_view text) {
  return is_hex(text, kDigestDigits);
}

Status expect_words(const Event& event, const Charter* charter) {
  WordCheck check(kind_of(event), charter);
  std::visit(
      [&](const auto& group) {
        std::visit(
            [&](const auto& one) {
              std::decay_t<decltype(one)> copy = one;  // a description may also be read into
              describe(check, copy);
            },
            group);
      },
      event);
  return std::move(check).result();
}

}  // namespace glass::institution

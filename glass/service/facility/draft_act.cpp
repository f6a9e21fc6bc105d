#include "glass/service/facility/draft_act.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/ascii.h"
#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/authority.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_book.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/seats/seat_book.h"
#include "glass/service/facility/random_id.h"
#include "glass/service/facility/texts.h"
#include "glass/settings/fields.h"
#include "glass/settings/problems.h"

namespace glass::service {
namespace {

// Fields that hold a commitment to a text, of whatever event.
constexpr std::array<std::string_view, 6> kCommitted = {"text",    "title", "summary",
                                                        "reasons", "claim", "report"};
constexpr std::string_view kNew = "new";
constexpr std::string_view kDigestPrefix = "sha256:";

std::vector<std::string> parted(std::string_view text, char by) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(by));
    parts.emplace_back(one);
    text.remove_prefix(std::min(text.size(), one.size() + 1));
  }
  return parts;
}

// Nothing if it is none.
std::optional<int64_t> whole_number(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const auto count = parse_count(text);
  if (!count) return std::nullopt;
  return is_negative ? -*count : *count;
}

// The fields of one item of a list, in their order.
class ItemFields final : public settings::FieldVisitor {
 public:
  ItemFields(std::string_view list, std::vector<std::string> parts, settings::Problems& problems)
      : list_(list), parts_(std::move(parts)), problems_(problems) {}

  void integer(std::string_view key, int64_t& value, settings::IntRange range,
               std::string_view) override {
    const std::string part = next();
    const auto read = whole_number(part);
    if (read && *read >= range.min && *read <= range.max)
      value = *read;
    else
      report(key, part, "a whole number in range");
  }

  void real(std::string_view key, double&, settings::RealRange, std::string_view) override {
    report(key, next(), "a whole number");
  }

  void boolean(std::string_view key, bool& value, std::string_view) override {
    const std::string part = next();
    if (part != "true" && part != "false") report(key, part, "true or false");
    value = part == "true";
  }

  void text(std::string_view, std::string& value, std::string_view) override { value = next(); }

  void choice(std::string_view key, std::string& value, settings::Choices choices,
              std::string_view) override {
    value = next();
    if (std::ranges::find(choices, value) == choices.end())
      report(key, value, fmt::format("one of: {}", fmt::join(choices, ", ")));
  }

  void texts(std::string_view key, std::vector<std::string>&, std::string_view) override {
    report(key, next(), "given by --event FILE, since it is a list in a list");
  }

  void tables(std::string_view key, settings::Tables&, std::string_view) override {
    report(key, next(), "given by --event FILE, since it is a list in a list");
  }

 private:
  std::string next() { return position_ < parts_.size() ? parts_[position_++] : ""; }

  void report(std::string_view key, std::string_view is, std::string_view expected) {
    problems_.push_back(fmt::format("{} of {} is '{}'; it must be {}", key, list_, is, expected));
  }

  std::string list_;
  std::vector<std::string> parts_;
  size_t position_ = 0;
  settings::Problems& problems_;
};

// Puts key=value into the fields of an event.
class Assignments final : public settings::FieldVisitor {
 public:
  Assignments(std::string_view kind, std::span<const std::string> assignments) : kind_(kind) {
    for (const std::string& one : assignments) {
      const size_t equals = one.find('=');
      if (equals == 0 || equals == std::string::npos)
        problems_.push_back(fmt::format("'{}' should be KEY=VALUE", one));
      else if (!values_.emplace(one.substr(0, equals), one.substr(equals + 1)).second)
        problems_.push_back(fmt::format("{} is given twice", one.substr(0, equals)));
    }
  }

  void integer(std::string_view key, int64_t& value, settings::IntRange range,
               std::string_view) override {
    const std::string* text = find(key);
    if (text == nullptr) return;
    const auto read = whole_number(*text);
    if (!read || *read < range.min || *read > range.max)
      problems_.push_back(fmt::format("{} is '{}'; it must be a whole number from {} to {}", key,
                                      *text, range.min, range.max));
    else
      value = *read;
  }

  void real(std::string_view, double&, settings::RealRange, std::string_view) override {}

  void boolean(std::string_view key, bool& value, std::string_view) override {
    const std::string* text = find(key);
    if (text == nullptr) return;
    if (*text != "true" && *text != "false")
      problems_.push_back(fmt::format("{} is '{}'; it must be true or false", key, *text));
    value = *text == "true";
  }

  void text(std::string_view key, std::string& value, std::string_view) override {
    const std::string* text = find(key);
    if (text == nullptr) return;
    if (std::ranges::find(kCommitted, key) != kCommitted.end())
      commit(key, *text, value);
    else
      value = *text == kNew ? random_id() : plain(*text);
  }

  void choice(std::string_view key, std::string& value, settings::Choices choices,
              std::string_view) override {
    const std::string* text = find(key);
    if (text == nullptr) return;
    if (std::ranges::find(choices, *text) == choices.end())
      problems_.push_back(
          fmt::format("{} is '{}'; it must be one of: {}", key, *text, fmt::join(choices, ", ")));
    value = *text;
  }

  void texts(std::string_view key, std::vector<std::string>& value, std::string_view) override {
    const std::string* text = find(key);
    if (text == nullptr) return;
    for (const std::string& one : parted(*text, ',')) value.push_back(plain(one));
  }

  // Items parted by commas, each as its fields in their order, parted by colons.
  void tables(std::string_view key, settings::Tables& value, std::string_view) override {
    const std::string* text = find(key);
    if (text == nullptr) return;
    for (const std::string& item : parted(*text, ',')) {
      value.append();
      ItemFields fields(key, parted(item, ':'), problems_);
      value.describe_item(fields, value.size() - 1);
    }
  }

  // All that was wrong with what was given.
  Status finish() {
    for (const auto& [key, text] : values_) {
      if (!known_.contains(key))
        problems_.push_back(fmt::format("{} has no field '{}'; {}", kind_, key,
                                        settings::hint(key, known_, "its fields are")));
    }
    return settings::refuse(problems_);
  }

  std::vector<CommittedText> take_texts() && { return std::move(texts_); }

 private:
  const std::string* find(std::string_view key) {
    known_.emplace(key);
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
  }

  // Digests may be written as everywhere else.
  static std::string plain(std::string_view text) {
    return std::string(text.starts_with(kDigestPrefix) ? text.substr(kDigestPrefix.size()) : text);
  }

  void commit(std::string_view key, const std::string& text, std::string& value) {
    auto committed = committed_text(fmt::format("{}.{}", kind_, key), text);
    if (!committed) return problems_.push_back(committed.error().message);
    value = to_hex(commitment(*committed).bytes);
    texts_.push_back(std::move(*committed));
  }

  std::string kind_;
  std::map<std::string, std::string, std::less<>> values_;
  settings::Names known_;
  settings::Problems problems_;
  std::vector<CommittedText> texts_;
};

// Until when people sign a petition that is opened now: for as long as the charter has it, and to
// the end of the hour.
int64_t closing_ms(const institution::State& state, int64_t now_ms) {
  const int64_t hour_ms = now_ms / institution::kCountedHourMs * institution::kCountedHourMs;
  return hour_ms + institution::kCountedHourMs + state.charter->petitions().open_ms;
}

// Who has to answer at a threshold; empty if the petition has not reached it.
std::string answering_body(const institution::State& state,
                           const institution::PetitionAnswered& answer) {
  const institution::Petition* petition = state.petitions.find(answer.petition);
  if (petition == nullptr) return "";
  const auto clock =
      std::ranges::find(petition->clocks, answer.threshold, &institution::PetitionClock::threshold);
  return clock == petition->clocks.end() ? "" : clock->body;
}

void fill_in(institution::PetitionEvent& event, const institution::State& state,
             const std::string& seat, int64_t now_ms) {
  std::visit(
      [&](auto& one) {
        if constexpr (requires { one.by; }) {
          if (one.by.empty()) one.by = seat;
        }
      },
      event);
  if (auto* opened = std::get_if<institution::PetitionOpened>(&event);
      opened != nullptr && opened->closes_ms == 0)
    opened->closes_ms = closing_ms(state, now_ms);
  if (auto* answered = std::get_if<institution::PetitionAnswered>(&event);
      answered != nullptr && answered->body.empty())
    answered->body = answering_body(state, *answered);
}

}  // namespace

Result<Draft> draft_event(std::string_view kind, std::span<const std::string> assignments) {
  Assignments fields(kind, assignments);
  GLASS_TRY(institution::Event event, institution::filled_event(kind, fields));
  GLASS_TRY_STATUS(fields.finish());
  return Draft{.event = std::move(event), .texts = std::move(fields).take_texts()};
}

Result<institution::Act> draft_act(const institution::State& state, const crypto::PublicKey& key,
                                   institution::Event event, int64_t now_ms) {
  const std::string key_text = crypto::to_text(key);
  const std::string slot(institution::slot_of(event));
  auto seat = state.seats->seat_of(key_text, now_ms);
  if (!slot.empty()) seat = slot;
  if (!seat)
    return fail(ErrorCode::kRefused,
                fmt::format("key {} acts for no seat of this facility; use the key of one by --key",
                            key_text));
  if (auto* petitions = std::get_if<institution::PetitionEvent>(&event))
    fill_in(*petitions, state, *seat, now_ms);
  institution::Act act{.facility = state.facility,
                       .seat = *seat,
                       .number = slot.empty() ? state.seats->find(*seat)->last_number + 1 : 1,
                       .sees = "",
                       .event = std::move(event)};
  GLASS_TRY(act.sees, institution::terms_seen_by(state, act.event));
  return act;
}

std::string preview(const institution::Act& act, std::span<const CommittedText> texts) {
  const Json event = institution::to_json(act.event);
  std::string lines = fmt::format("{}\n  by        {}\n  number    {}\n  sees      {}\n",
                                  institution::kind_of(act.event), act.seat, act.number, act.sees);
  for (const auto& [key, value] : *event.if_object()) {
    if (key == "kind" || key == "charter") continue;
    const std::string* text = value.if_string();
    lines += fmt::format("  {:<8}  {}\n", key, text == nullptr ? to_canonical(value) : *text);
  }
  for (const CommittedText& text : texts)
    lines += fmt::format("  {} stands for:\n    {}\n", to_hex(commitment(text).bytes).substr(0, 16),
                         text.text);
  return lines;
}

}  // namespace glass::service

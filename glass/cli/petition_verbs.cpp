#include "glass/cli/petition_verbs.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/base/units_text.h"
#include "glass/cli/door.h"
#include "glass/cli/facility_verbs.h"
#include "glass/cli/petition_view.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_book.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/signing_limits.h"
#include "glass/institution/votes/vote_events.h"
#include "glass/service/facility/draft_act.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/random_id.h"
#include "glass/service/facility/texts.h"
#include "glass/service/petitions/office_settings.h"
#include "glass/service/petitions/petition_office.h"
#include "glass/service/petitions/signature_receipt.h"
#include "glass/service/petitions/signature_store.h"
#include "glass/system/clock.h"
#include "glass/system/mail/mail.h"

namespace glass::cli {
namespace {

using Action = std::function<int()>;

// What people do by an act alone, with the key of their seat.
const std::vector<ActVerb>& act_verbs() {
  static const std::pair<const char*, const char*> kWhich = {"petition", "Which"};
  static const std::vector<ActVerb> kVerbs = {
      {"open", "Let people sign it (moderators)", "petition.opened", {kWhich}},
      {"reject",
       "Do not open it (moderators)",
       "petition.rejected",
       {kWhich, {"code", "Why, such as duplicate; docs/reference/petitions.md lists them"}}},
      {"appeal", "Let another moderator decide (for its creator)", "petition.appealed", {kWhich}},
      {"hide",
       "Propose that nobody sees it",
       "petition.hiding_proposed",
       {kWhich, {"reason", "libellous, offensive, personal-data, fraudulent or court-order"}}},
      {"agree-to-hide", "Hide it, as a second person", "petition.hidden", {kWhich}},
      {"pause",
       "Let nobody sign until then",
       "petition.paused",
       {kWhich,
        {"reason", "integrity, incident, technical or court-order"},
        {"until_ms", "Milliseconds since 1970"}}},
      {"resume", "End a pause", "petition.resumed", {kWhich}},
      {"end", "Close it for its creator", "petition.closed", {kWhich}, {"cause=withdrawn"}},
      {"paper",
       "Count a batch of signatures on paper",
       "petition.paper_counted",
       {kWhich,
        {"batch", "\"new\" draws an id"},
        {"country", "Two letters"},
        {"number", "Signatures"}}},
      {"agree-to-paper",
       "Confirm a batch, as a second person who has counted it",
       "petition.paper_confirmed",
       {kWhich, {"batch", "Which"}, {"number", "Signatures"}}},
      {"drop-paper", "Drop a batch", "petition.paper_dropped", {kWhich, {"batch", "Which"}}},
      {"undo-invalidation",
       "Let signatures count again",
       "petition.invalidation_undone",
       {kWhich, {"invalidation", "Which"}, {"number", "Signatures"}}},
      {"answer",
       "Sign the answer that a body has adopted, by one of its seats",
       "petition.answered",
       {kWhich,
        {"threshold", "Of the charter"},
        {"answer", "Its commitment, as propose-answer told it"}}},
  };
  return kVerbs;
}

struct PetitionFlags {
  std::string folder, petition, token, text, key, out, journal, rule, value, reason, reasons;
  std::string mailbox, country, address;
  int64_t fill_seconds = -1, from_ms = 0, until_ms = 0;
  bool json = false, dry_run = false;
};

using PetitionVerb = Status (*)(const PetitionFlags&);

int64_t time_now() {
  return system::posix_clock().unix_ms();
}

// The office, and who takes its letters.
struct OpenOffice {
  std::unique_ptr<system::MailSender> mail;
  service::PetitionOffice office;
};

Result<OpenOffice> open_office(const PetitionFlags& flags) {
  std::optional<crypto::SecretKey> key;
  if (flags.key.empty()) {
    GLASS_TRY(key, own_key());
  } else {
    GLASS_TRY(key, crypto::SecretKey::load(files(), flags.key));
  }
  GLASS_TRY(const service::OfficeSettings settings,
            service::office_settings(files(), flags.folder));
  GLASS_TRY(auto mail, service::mail_of(settings, files()));
  system::MailSender& sender = *mail;
  GLASS_TRY(service::PetitionOffice office,
            service::PetitionOffice::open(files(), flags.folder, *key, sender, settings));
  if (!flags.json)
    office.show_acts_to(
        [](const institution::Act& act) { fmt::print("{}", service::preview(act, {})); });
  return OpenOffice{std::move(mail), std::move(office)};
}

service::SigningForm form_of(const PetitionFlags& flags) {
  return {.mailbox = flags.mailbox,
          .country = flags.country,
          .address = flags.address,
          .fill_ms = flags.fill_seconds < 0 ? -1 : flags.fill_seconds * 1000};
}

Json acts_json(const std::vector<service::TakenAct>& acts) {
  Json::Array all;
  for (const service::TakenAct& act : acts) {
    Json::Array follows;
    for (const institution::Event& event : act.follows)
      follows.push_back(institution::to_json(event));
    all.push_back(Json::Object{
        {"entry", act.number}, {"act", to_hex(act.digest.bytes)}, {"follows", std::move(follows)}});
  }
  return all;
}

void print_acts(const std::vector<service::TakenAct>& acts) {
  for (const service::TakenAct& act : acts) {
    fmt::print("  entry     {}, act {}\n", act.number, to_hex(act.digest.bytes));
    for (const institution::Event& event : act.follows)
      fmt::print("  followed  {}\n", to_canonical(institution::to_json(event)));
  }
}

Status draft(const PetitionFlags& flags) {
  GLASS_TRY(OpenOffice open, open_office(flags));
  GLASS_TRY(const std::string id, open.office.draft(flags.text, form_of(flags), time_now()));
  if (flags.json)
    fmt::print("{}\n", to_canonical(Json::Object{{"petition", id}}));
  else
    fmt::print("Petition {} is drafted. A letter asks its creator to confirm it.\n", id);
  return {};
}

Status ask(const PetitionFlags& flags, service::SigningRole role) {
  GLASS_TRY(OpenOffice open, open_office(flags));
  GLASS_TRY(const institution::Trend trend,
            open.office.sign(flags.petition, role, form_of(flags), time_now()));
  if (trend != institution::Trend::kNone)
    fmt::print(stderr, "{}: many signatures of petition {} come from one place or domain\n",
               trend == institution::Trend::kAlert ? "Alert" : "Note", flags.petition);
  if (flags.json)
    fmt::print("{}\n", to_canonical(Json::Object{{"petition", flags.petition}}));
  else
    fmt::print(
        "If this mailbox can {} it, a letter is on its way there. It counts once confirmed.\n",
        role == service::SigningRole::kSponsor ? "support" : "sign");
  return {};
}

Status sponsor(const PetitionFlags& flags) {
  return ask(flags, service::SigningRole::kSponsor);
}

Status sign(const PetitionFlags& flags) {
  return ask(flags, service::SigningRole::kSigner);
}

Status confirm(const PetitionFlags& flags) {
  GLASS_TRY(OpenOffice open, open_office(flags));
  GLASS_TRY(const service::ConfirmedSignature done,
            open.office.confirm(flags.token, flags.address, time_now()));
  if (flags.json) {
    fmt::print("{}\n", to_canonical(Json::Object{{"petition", done.petition},
                                                 {"role", std::string(to_text(done.role))},
                                                 {"acts", acts_json(done.acts)}}));
    return {};
  }
  fmt::print("Confirmed as {} of petition {}.\n", to_text(done.role), done.petition);
  print_acts(done.acts);
  return {};
}

Status withdraw(const PetitionFlags& flags) {
  GLASS_TRY(OpenOffice open, open_office(flags));
  GLASS_TRY_STATUS(open.office.withdraw(flags.token, time_now()));
  fmt::print("The signature is taken back, and what was known of it is erased.\n");
  return {};
}

Status receipt(const PetitionFlags& flags) {
  GLASS_TRY(OpenOffice open, open_office(flags));
  GLASS_TRY(const service::SignatureReceipt made, open.office.receipt(flags.token));
  if (flags.out.empty()) {
    fmt::print("{}", service::to_text(made));
    return {};
  }
  GLASS_TRY_STATUS(files().write_atomic(flags.out, as_bytes(service::to_text(made))));
  fmt::print("{}: leaf {} of {}. Check it by `glass petition check-receipt {} --journal PLACE`.\n",
             flags.out, made.index, made.tree.size, flags.out);
  return {};
}

Status check_receipt(const PetitionFlags& flags) {
  GLASS_TRY(const std::string text, files().read_text(flags.out));
  const auto read = service::receipt_from_text(text);
  if (!read) return in_context(flags.out, read.error());
  if (const Status holds = service::check_receipt(*read); !holds)
    return in_context(flags.out, holds.error());
  GLASS_TRY(const service::PublishedTree tree, service::find_tree(files(), flags.journal, *read));
  if (flags.json) {
    fmt::print("{}\n", to_canonical(Json::Object{{"petition", read->petition},
                                                 {"index", read->index},
                                                 {"size", read->tree.size},
                                                 {"entry", tree.entry},
                                                 {"signatures", tree.signatures}}));
    return {};
  }
  fmt::print(
      "The signature is counted: leaf {} of the {} in the tree that entry {} published at {}.\n"
      "It does not show that the others are people; `glass facility audit` checks the journal.\n",
      read->index, count_text(read->tree.size), tree.entry, time_text(tree.at_ms));
  return {};
}

Status count(const PetitionFlags& flags) {
  GLASS_TRY(OpenOffice open, open_office(flags));
  GLASS_TRY(const auto acts, open.office.count(time_now()));
  if (flags.json) {
    fmt::print("{}\n", to_canonical(acts_json(acts)));
    return {};
  }
  fmt::print("{}\n", acts.empty() ? "Nothing has changed since the last count." : "Counted.");
  print_acts(acts);
  return {};
}

Status erase(const PetitionFlags& flags) {
  GLASS_TRY(OpenOffice open, open_office(flags));
  GLASS_TRY(const service::ErasedData erased, open.office.erase(time_now()));
  if (flags.json) {
    fmt::print("{}\n",
               to_canonical(Json::Object{{"rows", erased.rows}, {"acts", acts_json(erased.acts)}}));
    return {};
  }
  fmt::print("{} rows were emptied or removed.\n", count_text(erased.rows));
  print_acts(erased.acts);
  return {};
}

// The first line of its text, as far as that is kept.
std::string title_of(const std::string& folder, const institution::Petition& petition) {
  const auto text = service::find_text(files(), folder, petition.text);
  if (!text || !*text) return "(its text is not kept here)";
  return (*text)->text.substr(0, (*text)->text.find('\n'));
}

Result<service::Facility> facility_now(const std::string& folder) {
  GLASS_TRY(service::Facility facility, service::Facility::open(files(), folder));
  return facility;
}

Status list(const PetitionFlags& flags) {
  GLASS_TRY(const service::Facility facility, facility_now(flags.folder));
  const auto& rules = facility.state().charter->petitions();
  Json::Array all;
  for (const auto& [id, petition] : facility.state().petitions.all()) {
    const std::string title = title_of(flags.folder, petition);
    all.push_back(petition_json(petition, rules, title));
    if (!flags.json)
      fmt::print("{}  {:<19}  {:>9}  {}\n", id, to_text(public_state(petition)),
                 count_text(signature_count(petition)), title);
  }
  if (flags.json) fmt::print("{}\n", to_canonical(Json(std::move(all))));
  return {};
}

Result<const institution::Petition*> find_petition(const service::Facility& facility,
                                                   const std::string& id) {
  const institution::Petition* found = facility.state().petitions.find(id);
  if (found == nullptr)
    return fail(ErrorCode::kNotFound,
                fmt::format("there is no petition {}; `glass petition list` has all", id));
  return found;
}

Status show(const PetitionFlags& flags) {
  GLASS_TRY(const service::Facility facility, facility_now(flags.folder));
  GLASS_TRY(const institution::Petition* petition, find_petition(facility, flags.petition));
  const auto& rules = facility.state().charter->petitions();
  const std::string title = title_of(flags.folder, *petition);
  if (flags.json)
    fmt::print("{}\n", to_canonical(petition_json(*petition, rules, title)));
  else
    fmt::print("{}", petition_text(*petition, rules, title));
  return {};
}

Status invalidate(const PetitionFlags& flags) {
  GLASS_TRY(OpenOffice open, open_office(flags));
  service::PetitionOffice::Invalidation wanted{.petition = flags.petition,
                                               .rule = flags.rule,
                                               .value = flags.value,
                                               .reason = flags.reason,
                                               .reasons = {},
                                               .from_ms = flags.from_ms,
                                               .until_ms = flags.until_ms};
  if (flags.dry_run) {
    GLASS_TRY(const service::MarkedRows found, open.office.preview(wanted));
    fmt::print("The rule finds {} signatures that count and {} that wait for their mailbox.\n",
               count_text(found.validated), count_text(found.pending));
    return {};
  }
  GLASS_TRY(const service::CommittedText reasons,
            service::committed_text("petition.invalidation_proposed.reasons", flags.reasons));
  wanted.reasons = to_hex(service::commitment(reasons).bytes);
  GLASS_TRY_STATUS(service::save_text(files(), flags.folder, reasons));
  const auto proposed = open.office.propose(wanted, time_now());
  if (!proposed) {
    if (proposed.error().code == ErrorCode::kRefused)
      GLASS_TRY_STATUS(service::forget_text(files(), flags.folder, reasons));
    return tl::unexpected(proposed.error());
  }
  fmt::print("Proposed as {}: {} signatures, and {} that wait. A second person has to agree.\n",
             proposed->invalidation, count_text(proposed->number), count_text(proposed->pending));
  return {};
}

Status agree_to_invalidation(const PetitionFlags& flags) {
  GLASS_TRY(OpenOffice open, open_office(flags));
  GLASS_TRY(const service::TakenAct taken,
            open.office.agree(flags.petition, flags.value, time_now()));
  fmt::print("They count no more.\n");
  print_acts({taken});
  return {};
}

Status drop_invalidation(const PetitionFlags& flags) {
  GLASS_TRY(OpenOffice open, open_office(flags));
  GLASS_TRY_STATUS(open.office.drop(flags.petition, flags.value));
  fmt::print("The signatures that it held can be confirmed again.\n");
  return {};
}

// The vote of a body on an answer: by the decision that the charter has for it.
Result<institution::VoteOpened> vote_on(const service::Facility& facility,
                                        const institution::Petition& petition,
                                        const std::string& answer) {
  const auto waits = std::ranges::find_if(
      petition.clocks, [](const institution::PetitionClock& one) { return !one.is_answered(); });
  if (waits == petition.clocks.end())
    return refused(
        fmt::format("petition {} waits for no answer; it does once its signatures reach "
                    "a threshold",
                    petition.id));
  for (const auto& decision : facility.state().charter->decisions("petition", 1, 0)) {
    if (decision.body == waits->body)
      return institution::VoteOpened{.vote = service::random_id(),
                                     .matter = "petition",
                                     .about = petition.id,
                                     .content = answer,
                                     .body = decision.body,
                                     .rule = decision.rule,
                                     .days = decision.days,
                                     .recused = {}};
  }
  return refused(
      fmt::format("body {} answers without a vote: `glass facility act DIR "
                  "petition.answered` by one of its seats",
                  waits->body));
}

Status propose_answer(const PetitionFlags& flags) {
  GLASS_TRY(const service::Facility facility, facility_now(flags.folder));
  GLASS_TRY(const institution::Petition* petition, find_petition(facility, flags.petition));
  GLASS_TRY(service::CommittedText answer,
            service::committed_text("petition.answered.answer", flags.text));
  GLASS_TRY(const institution::VoteOpened vote,
            vote_on(facility, *petition, to_hex(service::commitment(answer).bytes)));
  service::Draft draft{.event = institution::VoteEvent(vote), .texts = {}};
  draft.texts.push_back(std::move(answer));
  return put_act(flags.folder, flags.key, std::move(draft), flags.json, flags.dry_run);
}

// ---- The flags.

class Verbs {
 public:
  Verbs(CLI::App& parent, Action& action) : parent_(parent), action_(action) {}

  // Each verb has flags of its own, so that none has another's defaults.
  CLI::App* add(const char* name, const char* help, PetitionVerb does) {
    auto flags = std::make_shared<PetitionFlags>();
    CLI::App* verb = parent_.add_subcommand(name, help);
    Action& action = action_;
    verb->callback(
        [flags, does, &action] { action = [flags, does] { return ended(does(*flags)); }; });
    verb->add_flag("--json", flags->json, "Print JSON");
    flags_ = flags.get();
    return verb;
  }

  [[nodiscard]] PetitionFlags& flags() const { return *flags_; }

  // Of the office: DIR and --key.
  CLI::App* add_office(const char* name, const char* help, PetitionVerb does) {
    CLI::App* verb = add(name, help, does);
    folder(verb);
    key(verb);
    return verb;
  }

  void folder(CLI::App* verb) const {
    verb->add_option("DIR", flags().folder, "Folder of the facility")->required();
  }

  void key(CLI::App* verb) const {
    verb->add_option("--key", flags().key, "Key of the seat; your own by default");
  }

  void which(CLI::App* verb) const {
    verb->add_option("PETITION", flags().petition, "Which")->required();
  }

  void token(CLI::App* verb) const {
    verb->add_option("TOKEN", flags().token, "From the letter")->required();
  }

  void address(CLI::App* verb) const {
    verb->add_option("--address", flags().address,
                     "Where the person comes from on the network, such as 192.0.2.7")
        ->required();
  }

  void form(CLI::App* verb) const {
    verb->add_option("--mail", flags().mailbox, "The person's mailbox")->required();
    verb->add_option("--country", flags().country, "Two letters, as the person says")->required();
    address(verb);
    verb->add_option("--fill-seconds", flags().fill_seconds, "How long the form took");
  }

 private:
  CLI::App& parent_;
  Action& action_;
  PetitionFlags* flags_ = nullptr;  // of the verb added last, which has them
};

void add_people(Verbs& verbs) {
  CLI::App* verb = verbs.add_office("draft", "Draft a petition for its creator", draft);
  verb->add_option("TEXT", verbs.flags().text,
                   "What is asked for, and why; its first line is its title")
      ->required();
  verbs.form(verb);
  verb = verbs.add_office("sponsor", "Support one that is not open yet; a letter follows", sponsor);
  verbs.which(verb);
  verbs.form(verb);
  verb = verbs.add_office("sign", "Sign one; a letter follows", sign);
  verbs.which(verb);
  verbs.form(verb);
  verb = verbs.add_office("confirm", "Confirm by the token of a letter", confirm);
  verbs.token(verb);
  verbs.address(verb);
  verb = verbs.add_office("withdraw", "Take a signature back", withdraw);
  verbs.token(verb);
  verb = verbs.add_office("receipt", "A proof that a signature was counted", receipt);
  verbs.token(verb);
  verb->add_option("--out", verbs.flags().out, "File to write; else it is printed");
  verb =
      verbs.add("check-receipt", "Check such a proof by a journal alone, offline", check_receipt);
  verb->add_option("FILE", verbs.flags().out, "The receipt")->required();
  verb->add_option("--journal", verbs.flags().journal, "journal.jsonl, or a facility's folder")
      ->required();
}

void add_office_work(Verbs& verbs) {
  verbs.add_office("count", "Count the last full hour of all petitions", count);
  verbs.add_office("erase", "Count, and erase what has to be erased by now", erase);
  CLI::App* verb = verbs.add("list", "All petitions", list);
  verbs.folder(verb);
  verb = verbs.add("show", "What the public may know of one", show);
  verbs.folder(verb);
  verbs.which(verb);
  verb = verbs.add_office("invalidate", "Propose that signatures count no more", invalidate);
  verbs.which(verb);
  verb->add_option("RULE", verbs.flags().rule,
                   "mailbox, prefix, domain, country, fill-time or time")
      ->required();
  verb->add_option("VALUE", verbs.flags().value, "What the rule looks for");
  verb->add_option("--from-ms", verbs.flags().from_ms, "Of the rule time: from then on");
  verb->add_option("--until-ms", verbs.flags().until_ms, "and before");
  verb->add_option("--reason", verbs.flags().reason,
                   "automated, duplicate, false-name, no-consent or test");
  verb->add_option("--reasons", verbs.flags().reasons, "Rule and reasons in full");
  verb->add_flag("--dry-run", verbs.flags().dry_run, "Only tell how many the rule finds");
  using Named = std::tuple<const char*, const char*, PetitionVerb>;
  for (const auto& [name, help, does] :
       {Named("agree-to-invalidation", "Agree as a second person", agree_to_invalidation),
        Named("drop-invalidation", "Drop one that nobody has agreed to", drop_invalidation)}) {
    verb = verbs.add_office(name, help, does);
    verbs.which(verb);
    verb->add_option("INVALIDATION", verbs.flags().value, "Which")->required();
  }
  verb = verbs.add_office("propose-answer", "Open the vote of a body on an answer", propose_answer);
  verbs.which(verb);
  verb->add_option("TEXT", verbs.flags().text, "The answer")->required();
  verb->add_flag("--dry-run", verbs.flags().dry_run, "Only show what would be signed");
}

}  // namespace

void add_petition(CLI::App& app, Action& action) {
  CLI::App* petition = app.add_subcommand("petition", "What citizens ask a facility for");
  petition->require_subcommand(1);
  Verbs verbs(*petition, action);
  add_people(verbs);
  for (const ActVerb& verb : act_verbs()) add_act_verb(*petition, action, verb);
  add_office_work(verbs);
}

}  // namespace glass::cli

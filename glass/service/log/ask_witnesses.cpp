#include "glass/service/log/internal/ask_witnesses.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/result.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/record/witness/witness.h"
#include "glass/record/witness/witness_request.h"
#include "glass/system/files.h"
#include "glass/system/http/http.h"
#include "glass/system/http/http_client.h"

namespace glass::service {
namespace {

constexpr int kMostTries = 3;  // a witness may be asked by others meanwhile

// The published checkpoint as the log alone has signed it.
struct LogAsItStands {
  record::TreeHead tree;
  std::string note;
};

Result<LogAsItStands> as_it_stands(record::LogSource& source, const record::NoteKey& key) {
  GLASS_TRY(record::OpenedCheckpoint opened, record::read_checkpoint(source, {&key, 1}));
  std::erase_if(opened.note.signatures,
                [&](const record::NoteSignature& one) { return !record::is_by(one, key); });
  return LogAsItStands{.tree = opened.checkpoint.tree, .note = record::to_text(opened.note)};
}

// One witness of one state of a log.
class Asking {
 public:
  Asking(const record::PolicyWitness& witness, const LogAsItStands& log, record::LogReader& reader)
      : witness_(witness), log_(log), reader_(reader) {}

  // Its cosignature. What the witness knows of the log is told by it where we are wrong.
  [[nodiscard]] Result<record::NoteSignature> ask() {
    int64_t known = 0;
    for (int i = 0; i < kMostTries; ++i) {
      GLASS_TRY(const system::HttpResponse answer, request(known));
      if (answer.status == 200) return cosignature(answer.body);
      const bool size = answer.status == 409 &&
                        system::header_of(answer.headers, "Content-Type") == record::kLogSizeType;
      const auto told = size ? parse_count(first_line(answer.body)) : std::optional<int64_t>();
      if (!told) return refused(answer);
      if (*told > log_.tree.size)
        return fail(ErrorCode::kMismatch,
                    fmt::format("it knows a log of {} entries under this name, ours has {}: the "
                                "log was put back or has forked",
                                *told, log_.tree.size));
      known = *told;
    }
    return fail(ErrorCode::kIo, "others ask it at the same time; try again");
  }

 private:
  static std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find('\n'));
  }

  static tl::unexpected<Error> refused(const system::HttpResponse& answer) {
    return fail(ErrorCode::kIo,
                fmt::format("it answers {}: {}", answer.status, first_line(answer.body)));
  }

  [[nodiscard]] Result<system::HttpResponse> request(int64_t known) {
    record::WitnessRequest asked{.old_size = known, .proof = {}, .note = log_.note};
    GLASS_TRY(asked.proof, record::prove_consistency(known, log_.tree.size, reader_.hashes()));
    return system::fetch({.url = witness_.url + "/add-checkpoint",
                          .method = "POST",
                          .body = record::to_text(asked),
                          .content_type = "text/plain; charset=utf-8"});
  }

  [[nodiscard]] Result<record::NoteSignature> cosignature(std::string_view lines) const {
    GLASS_TRY(const auto signatures, record::parse_note_signatures(lines));
    GLASS_TRY(record::SignedNote note, record::parse_note(log_.note));
    for (const record::NoteSignature& signature : signatures) {
      note.signatures = {signature};
      if (record::verify_note(note, {&witness_.key, 1})) return signature;
    }
    return fail(ErrorCode::kMismatch, "its answer is not signed with its key");
  }

  const record::PolicyWitness& witness_;
  const LogAsItStands& log_;
  record::LogReader& reader_;
};

}  // namespace

Result<CosignedLog> ask_witnesses(system::Files& files, const OwnLog& log,
                                  const record::Policy& policy) {
  record::FolderSource source(files, log.folder.published());
  GLASS_TRY(const LogAsItStands now, as_it_stands(source, log.note_key()));
  record::LogReader reader(source, now.tree.size);
  CosignedLog cosigned{.tree = now.tree, .asked = {}, .signatures = {}};
  for (const record::PolicyWitness& witness : policy.witnesses) {
    AskedWitness& one = cosigned.asked.emplace_back(AskedWitness{.name = witness.name});
    if (witness.url.empty()) {
      one.why_not = "the policy names no URL of it";
      continue;
    }
    auto cosignature = Asking(witness, now, reader).ask();
    one.cosigned = cosignature.has_value();
    if (cosignature)
      cosigned.signatures.push_back(std::move(*cosignature));
    else
      one.why_not = cosignature.error().message;
  }
  return cosigned;
}

Status publish_cosigned(system::Files& files, const OwnLog& log, const CosignedLog& cosigned) {
  GLASS_TRY(const auto sequencer, open_sequencer(files, log));
  if (sequencer->tree() == cosigned.tree) return sequencer->cosign(cosigned.signatures);
  return fail(ErrorCode::kRefused, "the log has grown while witnesses were asked; ask them again");
}

}  // namespace glass::service

// Policy (C2SP tlog-policy, draft): whose signatures make a checkpoint one to rely on.
//
//   log <key> [<url>]
//   witness <name> <key> [<url>]
//   group <name> all|any|<k> <member>...     members are witnesses and groups above
//   quorum <name>|none
//
// One statement a line, words parted by spaces or tabs, '#' begins a comment line. A name is
// defined before it is used, belongs to at most one group, and there is exactly one quorum.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/signed_note.h"

namespace glass::record {

struct PolicyLog {
  NoteKey key;
  std::string url;  // empty: none is named
};

struct PolicyWitness {
  std::string name;
  NoteKey key;
  std::string url;
};

struct PolicyGroup {
  std::string name;
  int64_t needed = 0;  // of the members
  std::vector<std::string> members;
};

struct Policy {
  std::vector<PolicyLog> logs;
  std::vector<PolicyWitness> witnesses;
  std::vector<PolicyGroup> groups;
  std::optional<std::string> quorum;  // a witness or group; none: the log's signature is enough
};

// Of a log's key alone, whoever else has cosigned.
Policy policy_of(NoteKey log);

// kInvalidInput names the line.
[[nodiscard]] Result<Policy> parse_policy(std::string_view text);

// A checkpoint of one of the policy's logs, whoever has cosigned it. The verdicts are over the
// log's key, then the witnesses'.
struct CheckpointOfLog {
  PolicyLog log;
  OpenedCheckpoint opened;
};

// kMismatch if no log of the policy has signed it.
[[nodiscard]] Result<CheckpointOfLog> open_by_log(std::string_view note, const Policy& policy);

// The same, cosigned as the policy's quorum asks. kMismatch says which witnesses are missing.
//
// seen_unix_seconds: of a quorum of k the k-th cosignature's time, so that k of them together would
// have to lie for it to be too early. Later than that nothing below the checkpoint was made.
[[nodiscard]] Result<OpenedCheckpoint> open_by_policy(std::string_view note, const Policy& policy);

}  // namespace glass::record

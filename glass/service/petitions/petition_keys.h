// PetitionKeys: what makes the signatures of a petition comparable, and what salts their leaves.
// They lie in a folder of their own, apart from the database, so that a copy of the one is worth
// nothing without the other; destroying them is what makes an end final. The folder belongs on an
// encrypted volume and into no backup that lasts.
//
//   petition-keys/<petition>.key      mailboxes, places and tokens are known by it; addresses
//   sealed petition-keys/<petition>.salts    the salts of leaves follow from it
//   petition-keys/office.key          how often somebody tries, of all petitions
//
// What always holds: no address, prefix or domain stands anywhere but sealed, or as a digest by one
// of these keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/crypto/keyed.h"
#include "glass/system/files.h"

namespace glass::service {

enum class PetitionSecret : uint8_t { kKey, kSalts };

class PetitionKeys {
 public:
  PetitionKeys(system::Files& files, const system::Path& facility)
      : files_(files), folder_(facility / "petition-keys") {}

  // Both, drawn at random. kRefused if they are there.
  [[nodiscard]] Status make(std::string_view petition);

  // Nothing once it is destroyed.
  [[nodiscard]] Result<std::optional<crypto::SymmetricKey>> find(std::string_view petition,
                                                                 PetitionSecret secret) const;

  // Of all petitions; made when it is first asked for.
  [[nodiscard]] Result<crypto::SymmetricKey> office();

  // Absent is no error.
  [[nodiscard]] Status destroy(std::string_view petition, PetitionSecret secret);

 private:
  [[nodiscard]] system::Path file(std::string_view petition, PetitionSecret secret) const;

  system::Files& files_;
  system::Path folder_;
};

// What a mailbox, prefix or domain is known by: 64 hexadecimal digits that nobody makes without the
// key. `what` keeps them apart.
std::string known_by(const crypto::SymmetricKey& key, std::string_view what, std::string_view text);

// An address, sealed as hexadecimal digits, and read again.
std::string sealed_address(const crypto::SymmetricKey& key, std::string_view address);
[[nodiscard]] Result<std::string> unsealed_address(const crypto::SymmetricKey& key,
                                                   std::string_view sealed);

}  // namespace glass::service

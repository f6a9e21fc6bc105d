#include "glass/service/petitions/petition_keys.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/crypto/keyed.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

constexpr std::string_view kAddressUse = "glassworks/petition/address/v1";

Result<std::optional<crypto::SymmetricKey>> read_key(system::Files& files,
                                                     const system::Path& file) {
  if (!files.exists(file)) return std::nullopt;
  GLASS_TRY(const Bytes bytes, files.read_private(file));
  crypto::SymmetricKey key{};
  if (bytes.size() != key.size())
    return fail(ErrorCode::kCorruption,
                fmt::format("{} is no key of {} bytes", system::path_text(file), key.size()));
  std::ranges::copy(bytes, key.begin());
  return key;
}

}  // namespace

system::Path PetitionKeys::file(std::string_view petition, PetitionSecret secret) const {
  return folder_ / fmt::format("{}.{}", petition, secret == PetitionSecret::kKey ? "key" : "salts");
}

Status PetitionKeys::make(std::string_view petition) {
  GLASS_TRY_STATUS(files_.make_folders(folder_));
  for (const PetitionSecret secret : {PetitionSecret::kKey, PetitionSecret::kSalts}) {
    if (files_.exists(file(petition, secret)))
      return refused(fmt::format("petition {} has its keys already", petition));
    GLASS_TRY_STATUS(files_.write_private(file(petition, secret), crypto::random_key()));
  }
  return {};
}

Result<std::optional<crypto::SymmetricKey>> PetitionKeys::find(std::string_view petition,
                                                               PetitionSecret secret) const {
  return read_key(files_, file(petition, secret));
}

Result<crypto::SymmetricKey> PetitionKeys::office() {
  const system::Path place = folder_ / "office.key";
  GLASS_TRY(const auto there, read_key(files_, place));
  if (there) return *there;
  GLASS_TRY_STATUS(files_.make_folders(folder_));
  const crypto::SymmetricKey made = crypto::random_key();
  GLASS_TRY_STATUS(files_.write_private(place, made));
  return made;
}

Status PetitionKeys::destroy(std::string_view petition, PetitionSecret secret) {
  return files_.remove_all(file(petition, secret));
}

std::string known_by(const crypto::SymmetricKey& key, std::string_view what,
                     std::string_view text) {
  return to_hex(crypto::keyed_digest(key, as_bytes(fmt::format("{}\n{}", what, text))).bytes);
}

std::string sealed_address(const crypto::SymmetricKey& key, std::string_view address) {
  return to_hex(crypto::seal(crypto::derived_key(key, kAddressUse), as_bytes(address)));
}

Result<std::string> unsealed_address(const crypto::SymmetricKey& key, std::string_view sealed) {
  GLASS_TRY(const Bytes bytes, from_hex(sealed));
  GLASS_TRY(const Bytes text, crypto::unseal(crypto::derived_key(key, kAddressUse), bytes));
  return std::string(as_text(text));
}

}  // namespace glass::service

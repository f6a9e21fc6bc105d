// Any bytes are read as a bundle without a crash, whatever key it is said to be of. The key of the
// seeds is that whose scalar is 32 times the byte 1, so that what lies behind the signature is
// reached as well.
#include <array>
#include <cstddef>
#include <cstdint>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/plain_path.h"
#include "glass/crypto/ecdsa.h"
#include "glass/record/model_signing/internal/resource_names.h"
#include "glass/record/model_signing/model_signature.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto kKey = [] {
    std::array<uint8_t, 32> scalar{};
    scalar.fill(1);
    return glass::crypto::P256SecretKey::from_scalar(scalar).value();
  }();
  static const auto kPublic = kKey.public_key();
  const auto model = glass::record::open_model_signature(glass::as_text({data, size}), kPublic);
  if (model) {
    GLASS_CHECK(!model->resources.empty());
    for (const auto& one : model->resources)
      GLASS_CHECK(model->shard_bytes > 0 || glass::is_plain_path(one.name));
  }
  (void)glass::record::part_of(glass::as_text({data, size})).has_value();
  return 0;
}

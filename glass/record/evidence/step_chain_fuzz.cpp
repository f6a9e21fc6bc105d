// Any bytes are read without a crash, and a chain that is accepted links every step to the one
// before. The genesis is that of the seeds in tests/corpus/step_chain: the digest of "genesis".
#include <cstddef>
#include <cstdint>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/record/evidence/step_chain.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = glass::as_text({data, size});
  const glass::crypto::Digest genesis = glass::crypto::sha256("genesis");
  glass::record::ChainEnd before{.step = 0, .digest = genesis};
  const auto end = glass::record::read_step_chain(
      text, genesis, glass::record::TornLine::kTolerate,
      [&](const glass::record::ChainLink& link) -> glass::Status {
        GLASS_CHECK(link.step == before.step + 1);
        GLASS_CHECK(link.record.get_string("prev").value() == to_text(before.digest));
        GLASS_CHECK(glass::record::record_digest(link.record) == link.digest);
        before.step = link.step;
        before.digest = link.digest;
        return {};
      });
  if (end) {
    GLASS_CHECK(end->step == before.step && end->digest == before.digest);
    GLASS_CHECK(end->size_bytes <= size && end->torn == (end->size_bytes < size));
  }
  return 0;
}

// Whatever is taken as an e-mail address has a canonical form, which is its own; and whatever is
// taken as a network address has a prefix.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/institution/petitions/address_prefix.h"
#include "glass/institution/petitions/canonical_mail.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = glass::as_text({data, size});
  const auto rules = glass::institution::usual_mail_domains();
  if (const auto form = glass::institution::canonical_mail(text, rules)) {
    GLASS_CHECK(glass::institution::canonical_mail(*form, rules) == *form);
    GLASS_CHECK(form->size() <= text.size());
  }
  if (const auto prefix = glass::institution::address_prefix(text))
    GLASS_CHECK(prefix->ends_with("/24") || prefix->ends_with("/56"));
  return 0;
}

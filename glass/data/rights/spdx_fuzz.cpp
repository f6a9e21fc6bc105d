// Any bytes: what parses has a normal form that parses to itself, and gets a decision.
#include <cstddef>
#include <cstdint>
#include <string>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/data/rights/policy.h"
#include "glass/data/rights/spdx.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto text = glass::as_text({data, size});
  glass::data::spdx_line(text);
  const auto expression = glass::data::parse_spdx(text);
  if (!expression) return 0;
  const std::string normal = glass::data::to_text(*expression);
  const auto again = glass::data::parse_spdx(normal);
  GLASS_CHECK(normal.size() > 4096 || (again && *again == *expression));
  static const auto policy = glass::data::LicencePolicy::create({"MIT", "GPL-3.0-or-later"});
  const auto decision = policy->decide(*expression);
  GLASS_CHECK(decision.chosen.empty() != (decision.verdict == glass::data::Verdict::kAllow));
  return 0;
}

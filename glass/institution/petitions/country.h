// Country: by its code of two letters, as ISO 3166-1 lists them. A closed list, so that no text in
// an event can be anything else.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace glass::institution {

inline constexpr std::string_view kCountryLetters =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCD"
    "CFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGF"
    "GGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKN"
    "KPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNA"
    "NCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSI"
    "SJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVI"
    "VNVUWFWSYEYTZAZMZW";

inline constexpr size_t kCountryCount = kCountryLetters.size() / 2;

// In alphabetical order.
inline constexpr std::array<std::string_view, kCountryCount> kCountries = [] {
  std::array<std::string_view, kCountryCount> codes;
  for (size_t i = 0; i < kCountryCount; ++i) codes[i] = kCountryLetters.substr(2 * i, 2);
  return codes;
}();

bool is_country(std::string_view code);

}  // namespace glass::institution

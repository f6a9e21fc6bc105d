// Character references of HTML 4 and XML. The 2,100 names that HTML 5 added are rare in text and
// stay as they are written.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "glass/base/utf8.h"
#include "glass/data/ingest/text_rule.h"

namespace glass::data {
namespace {

// U+00A0 to U+00FF, in order.
constexpr std::string_view kLatin1 =
    "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn "
    "sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave "
    "Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml "
    "ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN "
    "szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave "
    "iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute "
    "ucirc uuml yacute thorn yuml";

// U+0391 to U+03C9, in order; '-' where HTML 4 has no name.
constexpr std::string_view kGreek =
    "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - "
    "Sigma Tau Upsilon Phi Chi Psi Omega - - - - - - - alpha beta gamma delta epsilon zeta eta "
    "theta iota kappa lambda mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega";

struct Name {
  std::string_view name;
  char32_t code_point;
};

constexpr std::array kOthers = {
    Name{"quot", 0x22},     Name{"amp", 0x26},       Name{"apos", 0x27},
    Name{"lt", 0x3C},       Name{"gt", 0x3E},        Name{"OElig", 0x152},
    Name{"oelig", 0x153},   Name{"Scaron", 0x160},   Name{"scaron", 0x161},
    Name{"Yuml", 0x178},    Name{"fnof", 0x192},     Name{"circ", 0x2C6},
    Name{"tilde", 0x2DC},   Name{"thetasym", 0x3D1}, Name{"upsih", 0x3D2},
    Name{"piv", 0x3D6},     Name{"ensp", 0x2002},    Name{"emsp", 0x2003},
    Name{"thinsp", 0x2009}, Name{"zwnj", 0x200C},    Name{"zwj", 0x200D},
    Name{"lrm", 0x200E},    Name{"rlm", 0x200F},     Name{"ndash", 0x2013},
    Name{"mdash", 0x2014},  Name{"lsquo", 0x2018},   Name{"rsquo", 0x2019},
    Name{"sbquo", 0x201A},  Name{"ldquo", 0x201C},   Name{"rdquo", 0x201D},
    Name{"bdquo", 0x201E},  Name{"dagger", 0x2020},  Name{"Dagger", 0x2021},
    Name{"bull", 0x2022},   Name{"hellip", 0x2026},  Name{"permil", 0x2030},
    Name{"prime", 0x2032},  Name{"Prime", 0x2033},   Name{"lsaquo", 0x2039},
    Name{"rsaquo", 0x203A}, Name{"oline", 0x203E},   Name{"frasl", 0x2044},
    Name{"euro", 0x20AC},   Name{"image", 0x2111},   Name{"weierp", 0x2118},
    Name{"real", 0x211C},   Name{"trade", 0x2122},   Name{"alefsym", 0x2135},
    Name{"larr", 0x2190},   Name{"uarr", 0x2191},    Name{"rarr", 0x2192},
    Name{"darr", 0x2193},   Name{"harr", 0x2194},    Name{"crarr", 0x21B5},
    Name{"lArr", 0x21D0},   Name{"uArr", 0x21D1},    Name{"rArr", 0x21D2},
    Name{"dArr", 0x21D3},   Name{"hArr", 0x21D4},    Name{"forall", 0x2200},
    Name{"part", 0x2202},   Name{"exist", 0x2203},   Name{"empty", 0x2205},
    Name{"nabla", 0x2207},  Name{"isin", 0x2208},    Name{"notin", 0x2209},
    Name{"ni", 0x220B},     Name{"prod", 0x220F},    Name{"sum", 0x2211},
    Name{"minus", 0x2212},  Name{"lowast", 0x2217},  Name{"radic", 0x221A},
    Name{"prop", 0x221D},   Name{"infin", 0x221E},   Name{"ang", 0x2220},
    Name{"and", 0x2227},    Name{"or", 0x2228},      Name{"cap", 0x2229},
    Name{"cup", 0x222A},    Name{"int", 0x222B},     Name{"there4", 0x2234},
    Name{"sim", 0x223C},    Name{"cong", 0x2245},    Name{"asymp", 0x2248},
    Name{"ne", 0x2260},     Name{"equiv", 0x2261},   Name{"le", 0x2264},
    Name{"ge", 0x2265},     Name{"sub", 0x2282},     Name{"sup", 0x2283},
    Name{"nsub", 0x2284},   Name{"sube", 0x2286},    Name{"supe", 0x2287},
    Name{"oplus", 0x2295},  Name{"otimes", 0x2297},  Name{"perp", 0x22A5},
    Name{"sdot", 0x22C5},   Name{"lceil", 0x2308},   Name{"rceil", 0x2309},
    Name{"lfloor", 0x230A}, Name{"rfloor", 0x230B},  Name{"lang", 0x2329},
    Name{"rang", 0x232A},   Name{"loz", 0x25CA},     Name{"spades", 0x2660},
    Name{"clubs", 0x2663},  Name{"hearts", 0x2665},  Name{"diams", 0x2666},
};

std::vector<Name> sorted_names() {
  std::vector<Name> names(kOthers.begin(), kOthers.end());
  const auto add_range = [&](std::string_view words, char32_t code_point) {
    while (!words.empty()) {
      const size_t end = std::min(words.find(' '), words.size());
      if (words.substr(0, end) != "-") names.push_back({words.substr(0, end), code_point});
      ++code_point;
      words.remove_prefix(std::min(end + 1, words.size()));
    }
  };
  add_range(kLatin1, 0xA0);
  add_range(kGreek, 0x391);
  std::ranges::sort(names, {}, &Name::name);
  return names;
}

// The number of "#228" or "#xE4"; what is no character becomes U+FFFD, as in HTML.
bool numeric(std::string_view digits, std::string& scratch) {
  const bool hexadecimal = digits.starts_with('x') || digits.starts_with('X');
  if (hexadecimal) digits.remove_prefix(1);
  uint32_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
  const bool number = !digits.empty() && end == digits.data() + digits.size();
  if (!number || error == std::errc::invalid_argument) return false;
  const bool character =
      error == std::errc() && value != 0 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  scratch.clear();
  append_utf8(scratch, character ? static_cast<char32_t>(value) : U'\uFFFD');
  return true;
}

}  // namespace

std::string_view entity(std::string_view reference, std::string& scratch) {
  if (reference.starts_with('#'))
    return numeric(reference.substr(1), scratch) ? std::string_view(scratch) : std::string_view{};
  static const std::vector<Name> names = sorted_names();
  const auto found = std::ranges::lower_bound(names, reference, {}, &Name::name);
  if (found == names.end() || found->name != reference) return {};
  scratch.clear();
  append_utf8(scratch, found->code_point);
  return scratch;
}

}  // namespace glass::data

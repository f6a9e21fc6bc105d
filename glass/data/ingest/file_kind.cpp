#include "glass/data/ingest/file_kind.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "glass/base/ascii.h"
#include "glass/data/ingest/decompress.h"

namespace glass::data {
namespace {

struct CodeEnding {
  std::string_view ending, language;
};

constexpr std::array kCode = {
    CodeEnding{"adb", "ada"},       CodeEnding{"ads", "ada"},
    CodeEnding{"awk", "awk"},       CodeEnding{"bash", "shell"},
    CodeEnding{"c", "c"},           CodeEnding{"cc", "cpp"},
    CodeEnding{"clj", "clojure"},   CodeEnding{"cpp", "cpp"},
    CodeEnding{"cs", "csharp"},     CodeEnding{"cu", "cuda"},
    CodeEnding{"cxx", "cpp"},       CodeEnding{"d", "d"},
    CodeEnding{"dart", "dart"},     CodeEnding{"el", "lisp"},
    CodeEnding{"erl", "erlang"},    CodeEnding{"ex", "elixir"},
    CodeEnding{"exs", "elixir"},    CodeEnding{"f", "fortran"},
    CodeEnding{"f90", "fortran"},   CodeEnding{"go", "go"},
    CodeEnding{"h", "c"},           CodeEnding{"hh", "cpp"},
    CodeEnding{"hpp", "cpp"},       CodeEnding{"hs", "haskell"},
    CodeEnding{"java", "java"},     CodeEnding{"jl", "julia"},
    CodeEnding{"js", "javascript"}, CodeEnding{"kt", "kotlin"},
    CodeEnding{"lisp", "lisp"},     CodeEnding{"lua", "lua"},
    CodeEnding{"m4", "m4"},         CodeEnding{"ml", "ocaml"},
    CodeEnding{"mli", "ocaml"},     CodeEnding{"mjs", "javascript"},
    CodeEnding{"nim", "nim"},       CodeEnding{"pas", "pascal"},
    CodeEnding{"php", "php"},       CodeEnding{"pl", "perl"},
    CodeEnding{"pm", "perl"},       CodeEnding{"proto", "protobuf"},
    CodeEnding{"py", "python"},     CodeEnding{"pyi", "python"},
    CodeEnding{"r", "r"},           CodeEnding{"R", "r"},
    CodeEnding{"rb", "ruby"},       CodeEnding{"rs", "rust"},
    CodeEnding{"s", "assembly"},    CodeEnding{"S", "assembly"},
    CodeEnding{"scala", "scala"},   CodeEnding{"scm", "scheme"},
    CodeEnding{"sh", "shell"},      CodeEnding{"sql", "sql"},
    CodeEnding{"swift", "swift"},   CodeEnding{"tcl", "tcl"},
    CodeEnding{"ts", "typescript"}, CodeEnding{"tsx", "typescript"},
    CodeEnding{"v", "verilog"},     CodeEnding{"vhd", "vhdl"},
    CodeEnding{"vala", "vala"},     CodeEnding{"zig", "zig"},
};

// ISO 639-1, and the longer codes that free software is translated into.
constexpr std::string_view kLanguages =
    " aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb "
    "lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om "
    "or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw "
    "ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
    "ast bem brx csb dsb fil frp fur gsw hsb kab kok lij mai nds nqo nso sat szl tzm vec yue ";

// Languages with the region nobody needs to name.
constexpr std::string_view kPlainRegions =
    " ca-ES cs-CZ da-DK de-DE el-GR en-US es-ES fa-IR fi-FI fr-FR hr-HR hu-HU id-ID it-IT ja-JP "
    "ko-KR nb-NO nl-NL pl-PL ro-RO ru-RU sk-SK sl-SI sv-SE th-TH tr-TR uk-UA vi-VN ";

std::string_view ending_of(std::string_view name) {
  const size_t slash = name.rfind('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view{} : name.substr(dot + 1);
}

bool is_manual_section(std::string_view ending) {
  return !ending.empty() && ending.size() <= 4 && ending[0] >= '1' && ending[0] <= '9' &&
         std::ranges::all_of(ending.substr(1), is_letter);
}

bool is_alphabetic(std::string_view text) {
  return std::ranges::all_of(text, is_letter);
}

// "C", or a language of the list, perhaps with region or script, perhaps with a modifier.
bool is_language(std::string_view text) {
  if (text == "C") return true;
  text = text.substr(0, text.find('@'));
  const size_t end = text.find_first_of("_-");
  const std::string primary = " " + std::string(text.substr(0, end)) + " ";
  if (primary.size() < 4 || kLanguages.find(primary) == std::string_view::npos) return false;
  if (end == std::string_view::npos) return true;
  const std::string_view rest = text.substr(end + 1);
  return (rest.size() == 2 || rest.size() == 4) && is_alphabetic(rest);
}

// The folder behind `place` ("share/help/"), if one follows.
std::string_view folder_behind(std::string_view path, std::string_view place) {
  const size_t at = path.find(place);
  if (at == std::string_view::npos) return {};
  path.remove_prefix(at + place.size());
  const size_t end = path.find('/');
  return end == std::string_view::npos ? std::string_view{} : path.substr(0, end);
}

int language_rank(std::string_view language) {
  if (language == "C") return 0;
  if (language == "en-US" || language == "en_US") return 1;
  return language == "en" || language.empty() ? 2 : 3;
}

}  // namespace

std::optional<FileKind> file_kind(std::string_view path) {
  const std::string_view ending = ending_of(without_compression(path));
  if (ending == "html" || ending == "htm" || ending == "xhtml")
    return FileKind{.rule = TextRule::kHtml, .code = ""};
  if (ending == "page") return FileKind{.rule = TextRule::kMallard, .code = ""};
  if (ending == "txt" || ending == "md" || ending == "rst" || ending == "text")
    return FileKind{.rule = TextRule::kPlain, .code = ""};
  if (is_manual_section(ending)) return FileKind{.rule = TextRule::kRoff, .code = ""};
  const auto* const code = std::ranges::find(kCode, ending, &CodeEnding::ending);
  if (code == kCode.end()) return std::nullopt;
  return FileKind{.rule = TextRule::kCode, .code = std::string(code->language)};
}

std::optional<FileKind> packaged_file_kind(std::string_view path) {
  const auto kind = file_kind(path);
  if (!kind) return std::nullopt;
  switch (kind->rule) {
    case TextRule::kRoff: return path.starts_with("usr/share/man/") ? kind : std::nullopt;
    case TextRule::kPlain:
      // Where documentation keeps its sources; other .txt files are papers, data or examples.
      return path.find("/_sources/") != std::string_view::npos ||
                     path.find("/Documentation/") != std::string_view::npos
                 ? kind
                 : std::nullopt;
    case TextRule::kCode:
      return path.starts_with("usr/share/doc/") || path.starts_with("etc/") ? std::nullopt : kind;
    case TextRule::kHtml:
    case TextRule::kMallard: break;
  }
  return kind;
}

bool is_test_path(std::string_view path) {
  const size_t slash = path.rfind('/');
  const std::string_view file = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const std::string_view stem = file.substr(0, file.find('.'));
  if (stem.ends_with("_test") || stem.starts_with("test_")) return true;
  const std::string folders = "/" + std::string(path.substr(0, path.size() - file.size()));
  return std::ranges::any_of(
      std::array{"/test/", "/tests/", "/testdata/"},
      [&](const char* folder) { return folders.find(folder) != std::string::npos; });
}

std::string_view language_in_path(std::string_view path) {
  path = without_compression(path);
  for (const std::string_view place :
       {"/help/", "share/man/", "/html/", "/translations/", "/Documentation/"}) {
    const std::string_view folder = folder_behind(path, place);
    if (is_language(folder)) return folder;
  }
  if (path.starts_with("usr/share/man/man")) return "C";
  const size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || !path.substr(dot).starts_with(".htm")) return {};
  const size_t before = path.find_last_of("./", dot - 1);
  if (before == std::string_view::npos || path[before] != '.') return {};
  const std::string_view middle = path.substr(before + 1, dot - before - 1);
  return is_language(middle) ? middle : std::string_view{};
}

std::string language_tag(std::string_view spelled) {
  if (spelled.empty()) return "und";
  if (spelled == "C" || spelled == "POSIX") return "en";
  const size_t at = spelled.find('@');
  const std::string_view modifier =
      at == std::string_view::npos ? std::string_view{} : spelled.substr(at + 1);
  spelled = spelled.substr(0, at);
  const size_t end = spelled.find_first_of("_-");
  std::string tag(spelled.substr(0, end));
  if (end != std::string_view::npos) {
    const std::string_view rest = spelled.substr(end + 1);
    tag += '-';
    for (size_t i = 0; i < rest.size(); ++i)
      tag += rest.size() == 2 || i == 0 ? to_upper(rest[i]) : to_lower(rest[i]);
  }
  if (kPlainRegions.find(" " + tag + " ") != std::string_view::npos) tag.resize(tag.find('-'));
  if (modifier == "latin") return tag + "-Latn";
  if (modifier == "cyrillic") return tag + "-Cyrl";
  return modifier.empty() ? tag : tag + "-" + std::string(modifier);
}

bool language_covers(std::string_view range, std::string_view tag) {
  return tag.starts_with(range) &&
         (tag.size() == range.size() || tag[range.size()] == '-' || tag[range.size()] == '/');
}

ReadingKey reading_key(std::string_view path) {
  const std::string_view language = language_in_path(path);
  return {.rank = language_rank(language), .language = language, .path = path};
}

}  // namespace glass::data

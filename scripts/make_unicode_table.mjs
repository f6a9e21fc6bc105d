// Writes glass/data/tokenizer/unicode_table.cpp from the Unicode database inside Node.js.
//
// usage: node scripts/make_unicode_table.mjs > glass/data/tokenizer/unicode_table.cpp
// A tokenizer's ids depend on these tables, so the file is checked in and names its version; making
// it again with a newer Node.js gives a newer version, which is a change users must be told of.
const classes = [
  ["kLetterRanges", /^\p{L}$/u],
  ["kNumberRanges", /^\p{N}$/u],
  ["kSpaceRanges", /^\p{White_Space}$/u],
];

function ranges(pattern) {
  const found = [];
  for (let point = 0; point <= 0x10ffff; ++point) {
    if (point >= 0xd800 && point <= 0xdfff) continue; // surrogates are no characters
    if (!pattern.test(String.fromCodePoint(point))) continue;
    const last = found.at(-1);
    if (last && last[1] === point - 1) last[1] = point;
    else found.push([point, point]);
  }
  return found;
}

function lines(found) {
  const out = [];
  let line = "   ";
  for (const [first, last] of found) {
    const item = ` {0x${first.toString(16).toUpperCase()}, 0x${last.toString(16).toUpperCase()}},`;
    if (line.length + item.length > 100) {
      out.push(line);
      line = "   ";
    }
    line += item;
  }
  out.push(line);
  return out.join("\n");
}

console.log(`// Made by scripts/make_unicode_table.mjs; do not edit.
#include "glass/data/tokenizer/internal/unicode_table.h"

#include <span>
#include <string_view>

#include "glass/data/tokenizer/scanner.h"

namespace glass::data {

namespace {
// clang-format off
`);
for (const [name, pattern] of classes) {
  console.log(`constexpr CodePointRange ${name}[] = {\n${lines(ranges(pattern))}\n};\n`);
}
console.log(`// clang-format on
}  // namespace

std::string_view unicode_version() {
  return "${process.versions.unicode}";
}

std::span<const CodePointRange> letter_ranges() {
  return kLetterRanges;
}

std::span<const CodePointRange> number_ranges() {
  return kNumberRanges;
}

std::span<const CodePointRange> space_ranges() {
  return kSpaceRanges;
}

}  // namespace glass::data`);

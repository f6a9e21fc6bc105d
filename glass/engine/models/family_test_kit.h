// What tests of families share: a config.json as text, read, or with one key changed.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "glass/base/json.h"
#include "glass/engine/models/family.h"

namespace glass::engine::testing {

inline DecoderConfig decoder_of(std::string_view text) {
  const Json json = parse_json(text).value();
  return hugging_face_family(json).value()->from_hugging_face(json).value();
}

inline Json with(std::string_view text, const std::string& key, Json value) {
  Json json = parse_json(text).value();
  (*json.if_object())[key] = std::move(value);
  return json;
}

}  // namespace glass::engine::testing

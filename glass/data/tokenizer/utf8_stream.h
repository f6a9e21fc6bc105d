// Utf8Stream: turns the bytes of tokens into text fit for a terminal, as they come.
//
// A token may end in the middle of a character. The stream holds such bytes back until the
// character is complete; bytes that can never become a character come out as U+FFFD.
#pragma once

#include <string>
#include <string_view>

namespace glass::data {

class Utf8Stream {
 public:
  // The text that became complete with these bytes; always valid UTF-8, perhaps empty.
  std::string push(std::string_view bytes);

  // What is still held back, as U+FFFD; the stream starts anew.
  std::string finish();

 private:
  std::string held_;  // the start of a character, at most three bytes
};

}  // namespace glass::data

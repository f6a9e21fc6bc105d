// Printable: foreign text as a terminal and a log can show it.
#pragma once

#include <string>
#include <string_view>

namespace glass {

// False of what controls a terminal, begins a line or turns the direction of writing.
bool is_printable(char32_t code_point);

// What is not printable, and what is no UTF-8, becomes \xNN.
std::string printable(std::string_view text);

// The same, but for line feeds, which stay: of messages that have several lines.
std::string printable_lines(std::string_view text);

}  // namespace glass

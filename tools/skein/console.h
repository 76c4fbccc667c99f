// Console: where the CLI writes and what it may assume of it: colours and width for a terminal, plain text for a pipe.
// Handed in, as is the time, so that tests see exactly what a user would.
#pragma once
#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "events/base/clock.h"

namespace skein::cli {

enum class Style : unsigned char { plain, good, busy, bad, faint, strong };

struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;  // `out` is one
  bool colours = false;   // a terminal, and neither NO_COLOR nor TERM=dumb
  std::size_t width = 0;  // columns; 0: lines are not cut
  std::function<WallTime()> now;
  std::function<void(std::chrono::milliseconds)> pause;
  std::function<std::string(const std::string&)> environment;  // a variable's value; empty: not set
};

// Of this process. Lives for ever.
Console& process_console();

std::string dressed(const Console& console, Style style, std::string_view text);
// Code points, as good as columns for what clusters hold.
std::size_t width_of(std::string_view text);
// Cut to the terminal's width, with an ellipsis.
std::string cut(const Console& console, std::string text);

}  // namespace skein::cli

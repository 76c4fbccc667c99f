#include "tools/skein/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace skein::cli {
namespace {

constexpr std::string_view kEllipsis = "…";

const char* code_of(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::good:
      return "\x1b[32m";
    case Style::busy:
      return "\x1b[33m";
    case Style::bad:
      return "\x1b[31m";
    case Style::faint:
      return "\x1b[2m";
    case Style::strong:
      return "\x1b[1m";
  }
  return "";
}

std::string environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

WallTime now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count()};
}

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

Console& process_console() {
  static const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  static Console console{.in = std::cin,
                         .out = std::cout,
                         .err = std::cerr,
                         .terminal = terminal,
                         .colours = terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb",
                         .width = terminal ? terminal_width() : 0,
                         .now = now,
                         .pause = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
                         .environment = environment};
  return console;
}

std::string dressed(const Console& console, Style style, std::string_view text) {
  if (!console.colours || style == Style::plain || text.empty()) return std::string{text};
  return code_of(style) + std::string{text} + "\x1b[0m";
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text)
    if (!continues(c)) ++width;
  return width;
}

std::string cut(const Console& console, std::string text) {
  if (console.width == 0 || width_of(text) <= console.width) return text;
  std::size_t bytes = 0;
  for (std::size_t columns = 0; bytes < text.size(); ++bytes)
    if (!continues(text[bytes]) && columns++ == console.width - 1) break;
  return text.substr(0, bytes) + std::string{kEllipsis};
}

}  // namespace skein::cli

#include "events/base/check.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace skein {
namespace {

void put(std::string_view text) {
  // Nothing can be done if standard error is gone: the abort below still ends the process.
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void check_failed(const char* file, int line, const char* condition, std::string_view note) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, line).ptr;
  put("skein: broken invariant at ");
  put(file);
  put(":");
  put({digits, static_cast<std::size_t>(end - digits)});
  put(": ");
  put(condition);
  if (!note.empty()) put(" (");
  put(note);
  if (!note.empty()) put(")");
  put("\n");
  std::abort();
}

}  // namespace skein

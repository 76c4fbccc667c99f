// CHECK: states an invariant, also in release builds. When it does not hold the process stops with the reason,
// because a state that cannot be must never be written to the log. Not for bad input (Result) or faults.
#pragma once
#include <string_view>

namespace skein {

// Writes file, line, condition and `note` to standard error and aborts. Async-signal-safe: no allocation, no locks.
[[noreturn]] void check_failed(const char* file, int line, const char* condition, std::string_view note = {});

}  // namespace skein

// An optional second argument says what the condition means: CHECK(index == last + 1, "log gap").
#define CHECK(condition, ...)                                                           \
  do {                                                                                  \
    if (!(condition)) [[unlikely]]                                                      \
      ::skein::check_failed(__FILE__, __LINE__, #condition __VA_OPT__(, ) __VA_ARGS__); \
  } while (false)

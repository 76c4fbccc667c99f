// The process that crash_test kills: opens the log in `directory`, appends for ever, and after each append that was
// acknowledged writes {last index, its digest} to `pipe`. Returns only if something is wrong.
#pragma once
#include <cstdint>
#include <string>

namespace skein {

struct Acknowledged {
  std::uint64_t index = 0;
  char digest[32] = {};
};

int append_until_killed(const std::string& directory, int pipe, std::uint64_t seed);

}  // namespace skein

// The test program, and the two other things it can be: a writer to be killed, and the maker of the golden file.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "tests/events/store/crash_writer.h"
#include "tests/events/store/golden_records.h"

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "--append-until-killed" && argc == 5)
    return skein::append_until_killed(argv[2], std::atoi(argv[3]), std::strtoull(argv[4], nullptr, 10));
  if (mode == "--write-golden" && argc == 3) return skein::write_golden_records(argv[2]) ? 0 : 1;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

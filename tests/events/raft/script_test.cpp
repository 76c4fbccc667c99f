// Runs tests/data/raft/*.txt. SKEIN_REWRITE=1 writes what the scripts print into them; review the difference.
#include "tests/events/raft/script.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace skein::raft {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> script_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator{fs::path{SKEIN_TEST_DATA} / "raft"}) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string read_all(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream{path}.rdbuf();
  return text.str();
}

// The same text with every block's output replaced by what its command prints now.
std::string replay(const std::string& text) {
  Script script;
  std::istringstream in{text};
  std::string out;
  std::string command;
  for (std::string line; std::getline(in, line);) {
    out += line + "\n";
    if (line != "----") {
      command = line;
      continue;
    }
    out += script.execute(command);
    while (std::getline(in, line) && !line.empty()) continue;
    out += "\n";
  }
  return out;
}

class RaftScript : public testing::TestWithParam<fs::path> {};

TEST_P(RaftScript, PrintsWhatItDid) {
  const std::string expected = read_all(GetParam());
  ASSERT_NE(expected.find("----\n"), std::string::npos);
  const std::string printed = replay(expected);
  if (std::getenv("SKEIN_REWRITE") != nullptr) {
    std::ofstream{GetParam()} << printed;
    GTEST_SKIP() << "rewritten: " << GetParam();
  }
  EXPECT_EQ(printed, expected);
}

INSTANTIATE_TEST_SUITE_P(Data, RaftScript, testing::ValuesIn(script_files()),
                         [](const auto& made) { return made.param.stem().string(); });

}  // namespace
}  // namespace skein::raft

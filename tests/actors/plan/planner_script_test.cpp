// Runs tests/data/plan/*.txt: what a service wants done next. The words: planner_script.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/actors/plan/planner_script.h"

namespace skein::plan {
namespace {

class ReconcileScript : public testing::TestWithParam<std::string> {};

TEST_P(ReconcileScript, PlansWhatItSays) {
  PlannerScript script;
  test::expect_script(GetParam(), [&](const std::string& line) { return script.run(line); });
}

std::vector<std::string> scripts() {
  std::vector<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator{SKEIN_TEST_DATA "/plan"})
    if (file.path().filename().string().starts_with("reconcile_")) found.push_back(file.path().string());
  std::sort(found.begin(), found.end());
  return found;
}

std::string stem(const testing::TestParamInfo<std::string>& info) {
  return std::filesystem::path{info.param}.stem().string();
}

INSTANTIATE_TEST_SUITE_P(Plan, ReconcileScript, testing::ValuesIn(scripts()), stem);

}  // namespace
}  // namespace skein::plan

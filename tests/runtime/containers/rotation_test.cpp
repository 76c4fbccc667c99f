// Rotation of a real container's log, with the monitor writing all the while.
#include "tests/runtime/containers/fixture.h"

namespace skein {
namespace {

namespace fs = std::filesystem;

class RotationTest : public ExecutorTest {
 protected:
  static void add_option(AssignedTask& task, const std::string& key, const std::string& value) {
    auto& option = *task.mutable_spec()->mutable_log_driver()->add_options();
    option.set_key(key);
    option.set_value(value);
  }
};

TEST_F(RotationTest, FollowerSeesEveryLineAndOldFilesAreKeptToTheirNumber) {
  auto task = script_task("i=0; while true; do seq $i $((i+99)); i=$((i+100)); done");
  add_option(task, "max-size", "10k");
  add_option(task, "max-file", "3");
  task.mutable_spec()->mutable_container()->set_stop_signal("KILL");
  ASSERT_TRUE(prepare(task));
  ASSERT_TRUE(start(task));
  const auto path = record(task).log_path;
  LogQuery query;
  query.follow = true;
  std::uint64_t next = 0;
  const auto sink = [&](const LogLine& line) {
    EXPECT_EQ(line.text, std::to_string(next) + "\n");
    ++next;
    return line.text.size() > 0 && !fs::exists(path + ".2") && !HasFailure();
  };
  ASSERT_TRUE(executor_->directory().logs(record(task).id, query, sink, [] { return false; }));
  EXPECT_GT(next, 100U);
  ASSERT_TRUE(stop(task));
  EXPECT_FALSE(fs::exists(path + ".3"));
}

TEST_F(RotationTest, OneFileStaysWithinItsSize) {
  auto task = script_task("seq 1 20000");
  add_option(task, "max-size", "20k");
  run(task);
  EXPECT_LE(fs::file_size(record(task).log_path), 21'000U);
  LogQuery query;
  query.tail = 1;
  EXPECT_EQ(log_of(task, query), "20000\n");
}

TEST_F(RotationTest, BadOptionsAreRefused) {
  auto task = script_task("true");
  add_option(task, "max-size", "ten");
  EXPECT_EQ(prepare(task).refusal().text, "invalid size: 'ten'");
  auto other = script_task("true");
  add_option(other, "colour", "red");
  EXPECT_EQ(prepare(other).refusal().text, "unknown log opt 'colour' for json-file log driver");
}

}  // namespace
}  // namespace skein

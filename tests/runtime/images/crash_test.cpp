// A process that dies, by kill -9, at any step that changes the disk leaves the old or the new state, never a third.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/images/files.h"
#include "tests/runtime/images/store_fixture.h"

namespace skein::images {
namespace {

int steps_left = 0;

void die_when_due(const char*) {
  if (--steps_left == 0) ::raise(SIGKILL);
}

class CrashTest : public testing::Test {
 protected:
  std::string image(const std::string& content) const {
    TarMaker base, top;
    const auto below = layer_of(base.file("base", "shared").bytes());
    const auto own = layer_of(top.folder("d").file("d/f", content).file("d/.wh.old", "").bytes());
    return docker_archive({below, own}, {"x:1"});
  }

  // True if the child got to the end; false if it died at step `steps`.
  bool run_child(int steps, const std::function<bool(ImageStore&)>& act) const {
    const pid_t child = ::fork();
    if (child == 0) {
      auto store = ImageStore::open({root, {}, 5});
      steps_left = steps;
      set_crash_hook(die_when_due);
      ::_exit(store && act(**store) ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) << status;
    return WIFEXITED(status);
  }

  // Content of the file in image x:1; "" if there is no such image. Everything else must be whole.
  std::string survivor() const {
    auto store = ImageStore::open({root, {}, 5});
    EXPECT_TRUE(store) << refusal_text(store);
    if (!store) return "(broken)";
    EXPECT_EQ(entries_in(root + "/tmp"), 0u);
    for (const auto& found : (*store)->list()) {
      const auto layers = (*store)->layers(found.id);
      EXPECT_TRUE(layers) << refusal_text(layers);
    }
    const auto named = (*store)->find("x:1");
    if (!named) {
      EXPECT_EQ(entries_in(root + "/layers"), 0u);
      return "";
    }
    const auto layers = (*store)->layers(named->id);
    EXPECT_EQ(content_of(layers->at(0) + "/base"), "shared");
    EXPECT_TRUE(S_ISCHR(stat_of(layers->at(1) + "/d/old").st_mode));
    return content_of(layers->at(1) + "/d/f");
  }

  TemporaryFolder folder;
  std::string root = folder.path() + "/image";
};

TEST_F(CrashTest, KilledAtAnyStepOfALoadLeavesTheOldOrTheNewImage) {
  const std::string one = image("one"), two = image("two");
  const auto load = [](const std::string& archive) {
    return [&archive](ImageStore& store) { return static_cast<bool>(store.load(bytes_source(archive), nullptr)); };
  };
  int steps = 1;
  for (; !run_child(steps, load(one)); ++steps) {
    const std::string found = survivor();
    EXPECT_TRUE(found == "one" || found.empty()) << found;
    std::filesystem::remove_all(root);
  }
  EXPECT_EQ(survivor(), "one");
  EXPECT_GT(steps, 8) << "the hook must have been reached";
  for (steps = 1; !run_child(steps, load(two)); ++steps) {
    const std::string found = survivor();
    EXPECT_TRUE(found == "one" || found == "two") << found;
  }
  EXPECT_EQ(survivor(), "two");
}

TEST_F(CrashTest, KilledAtAnyStepOfARemovalLeavesAllOrNothing) {
  const std::string one = image("one");
  for (int steps = 1;; ++steps) {
    ASSERT_TRUE(run_child(
        1'000'000, [&](ImageStore& store) { return static_cast<bool>(store.load(bytes_source(one), nullptr)); }));
    const bool finished =
        run_child(steps, [](ImageStore& store) { return static_cast<bool>(store.remove("x:1", false, nobody_uses)); });
    const std::string found = survivor();
    EXPECT_TRUE(found == "one" || found.empty()) << found;
    if (!finished) continue;
    EXPECT_EQ(found, "");
    EXPECT_GT(steps, 3) << "the hook must have been reached";
    break;
  }
}

}  // namespace
}  // namespace skein::images

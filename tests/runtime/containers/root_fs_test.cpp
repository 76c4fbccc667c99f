// Overlay roots with many layers, and paths that try to leave their root.
#include "runtime/containers/root_fs.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "runtime/containers/mount_namespace.h"
#include "tests/runtime/containers/fixture.h"

namespace skein {
namespace {

namespace fs = std::filesystem;

class RootFsTest : public ::testing::Test {
 protected:
  RootFsTest() {
    std::string pattern = (fs::temp_directory_path() / "skein-root-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
  }
  ~RootFsTest() override {
    unmount_root(dir_ / "c");
    fs::remove_all(dir_);
  }
  fs::path dir_;
};

TEST_F(RootFsTest, ManyLayersWithLongNamesMountAndTheTopOneWins) {
  std::vector<std::string> layers;
  for (int n = 0; n < 120; ++n) {
    const auto layer = dir_ / (std::string(64, 'a') + std::to_string(n));
    fs::create_directories(layer);
    std::ofstream{layer / "same"} << n;
    std::ofstream{layer / ("only" + std::to_string(n))} << n;
    layers.push_back(layer);
  }
  fs::create_directories(dir_ / "c");
  const auto mounted = mount_root(dir_ / "c", layers);
  ASSERT_TRUE(mounted) << mounted.refusal().text;
  EXPECT_EQ(read_file(dir_ / "c/merged/same"), "119");
  EXPECT_EQ(read_file(dir_ / "c/merged/only0"), "0");
  EXPECT_TRUE(is_mount_point(dir_ / "c/merged"));
  unmount_root(dir_ / "c");
  EXPECT_FALSE(is_mount_point(dir_ / "c/merged"));
}

TEST_F(RootFsTest, LinksAreResolvedInsideTheRoot) {
  const auto root = dir_ / "r";
  fs::create_directories(root / "etc");
  std::ofstream{dir_ / "outside"} << "host";
  std::ofstream{root / "outside"} << "inside";
  fs::create_symlink("/outside", root / "absolute");
  fs::create_symlink("../../../../../../outside", root / "etc/relative");
  EXPECT_EQ(read_in_root(root, "/absolute"), "inside");
  EXPECT_EQ(read_in_root(root, "/etc/relative"), "inside");
  EXPECT_EQ(read_in_root(root, "/../../outside"), "inside");
  EXPECT_EQ(read_in_root(root, "/nothing"), std::nullopt);
}

TEST_F(RootFsTest, DirectoriesAreMadeInsideTheRootOnly) {
  const auto root = dir_ / "r";
  fs::create_directories(root / "real");
  fs::create_symlink("/real", root / "link");
  fs::create_symlink(dir_, root / "escape");
  ASSERT_TRUE(make_dirs_in_root(root, "/link/a/b", 5, 6));
  struct stat info = {};
  ASSERT_EQ(::stat((root / "real/a/b").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 5U);
  EXPECT_EQ(info.st_gid, 6U);
  EXPECT_FALSE(make_dirs_in_root(root, "/escape/made", 0, 0));
  EXPECT_FALSE(fs::exists(dir_ / "made"));
}

}  // namespace
}  // namespace skein

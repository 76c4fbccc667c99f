// StoreTest: a store in a folder of its own that goes away with the test, and what the tests keep asking of it.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/images/image_store.h"
#include "tests/runtime/images/tar_maker.h"

namespace skein::images {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "skein-images-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string content_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

inline struct stat stat_of(const std::string& path) {
  struct stat st {};
  EXPECT_EQ(::lstat(path.c_str(), &st), 0) << path;
  return st;
}

inline std::size_t entries_in(const std::string& path) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{path}, {}));
}

template <class T>
std::string refusal_text(const Result<T>& result) {
  return result ? "(no refusal)" : result.refusal().text;
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() { open(); }
  void open() {
    store.reset();
    auto opened = ImageStore::open({root(), {}, 5});
    ASSERT_TRUE(opened) << opened.refusal().text;
    store = *std::move(opened);
  }
  std::string root() const { return folder.path() + "/image"; }
  Result<void> load(const std::string& archive) {
    return store->load(bytes_source(archive), [this](const nlohmann::json& line) { lines.push_back(line); });
  }
  // Directories of the layers of what `reference` names.
  std::vector<std::string> layers(const std::string& reference) {
    auto image = store->find(reference);
    EXPECT_TRUE(image) << refusal_text(image);
    auto found = image ? store->layers(image->id) : Result<std::vector<std::string>>{image.refusal()};
    EXPECT_TRUE(found) << refusal_text(found);
    return found ? *found : std::vector<std::string>{};
  }
  std::vector<std::string> statuses() const {
    std::vector<std::string> texts;
    for (const auto& line : lines) texts.push_back(line.value("status", line.value("stream", "")));
    return texts;
  }

  TemporaryFolder folder;
  std::unique_ptr<ImageStore> store;
  std::vector<nlohmann::json> lines;
};

inline std::string nobody_uses(const std::string&) { return {}; }

}  // namespace skein::images

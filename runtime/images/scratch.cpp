#include "runtime/images/scratch.h"

#include <filesystem>
#include <system_error>

#include "runtime/images/files.h"

namespace skein::images {

ScratchPath::~ScratchPath() {
  if (path_.empty()) return;
  std::error_code ignored;  // a stray that cannot be removed now is removed on the next open
  std::filesystem::remove_all(path_, ignored);
}

Result<void> Scratch::empty() {
  std::error_code error;
  std::filesystem::remove_all(directory_, error);
  if (error) return disk_fault("remove " + directory_, error.value());
  return make_directory(directory_);
}

ScratchPath Scratch::path(const char* kind) {
  return ScratchPath{directory_ + "/" + kind + "-" + std::to_string(next_.fetch_add(1))};
}

}  // namespace skein::images

#include "runtime/containers/volumes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "runtime/containers/process.h"
#include "runtime/containers/root_fs.h"

namespace skein {
namespace {

namespace fs = std::filesystem;

bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_name(const std::string& name) {
  const auto allowed = [](char c) { return is_word(c) || c == '_' || c == '.' || c == '-'; };
  return name.size() >= 2 && is_word(name.front()) && std::all_of(name.begin(), name.end(), allowed);
}

Refusal bad_name(const std::string& name) {
  return {Errc::invalid,
          "create " + name + ": \"" + name +
              "\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" "
              "are allowed. If you intended to pass a host directory, use absolute path"};
}

}  // namespace

Result<std::string> Volumes::ensure(const Mount& mount) {
  const auto& name = mount.source();
  const auto& driver = mount.volume_driver();
  if (!driver.empty() && driver != "local") {
    return Refusal{Errc::not_found, "create " + name + ": error looking up volume plugin " + driver + ": plugin \"" +
                                        driver + "\" not found"};
  }
  if (mount.volume_options_size() > 0) {
    return Refusal{Errc::unimplemented, "create " + name + ": options of the local volume driver are not supported"};
  }
  if (!is_name(name)) return bad_name(name);
  const auto dir = root_ + "/" + name + "/_data";
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return Refusal{Errc::fault, "create " + name + ": " + error.message()};
  return dir;
}

Result<void> Volumes::copy_up(const std::string& data_dir, const std::string& root, const std::string& target) {
  const std::lock_guard lock{mutex_};
  std::error_code error;
  if (!fs::is_empty(data_dir, error) || error) return {};
  const auto source = open_in_root(root, target, O_RDONLY | O_DIRECTORY);
  struct stat info = {};
  if (!source || ::fstat(source.get(), &info) != 0) return {};
  const auto from = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(source.get());
  if (::chown(data_dir.c_str(), info.st_uid, info.st_gid) != 0 ||
      ::chmod(data_dir.c_str(), info.st_mode & 07777) != 0) {
    return Refusal{Errc::fault, "cannot give volume " + data_dir + " its owner"};
  }
  if (fs::is_empty(from, error)) return {};
  Command copy;
  copy.argv = {"/bin/cp", "-a", "--reflink=auto", from + "/.", data_dir};
  const auto copied = run(copy);
  if (!copied) return copied.refusal();
  if (*copied == 0) return {};
  return Refusal{Errc::fault, "cannot copy the image's " + target + " into volume " + data_dir};
}

void Volumes::remove(const std::string& name) {
  if (!is_name(name)) return;
  std::error_code ignored;
  fs::remove_all(root_ + "/" + name, ignored);
}

}  // namespace skein

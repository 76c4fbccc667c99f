#include "runtime/containers/cgroups.h"

#include <sys/statfs.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace skein {
namespace {

namespace fs = std::filesystem;

constexpr long kCgroup2Magic = 0x63677270;  // CGROUP2_SUPER_MAGIC, statfs(2)

bool is_cgroup2(const std::string& path) {
  struct statfs info = {};
  return ::statfs(path.c_str(), &info) == 0 && info.f_type == kCgroup2Magic;
}

std::optional<std::string> slurp(const std::string& path) {
  std::ifstream file{path};
  if (!file) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

// The number after `key ` in a file of "key value" lines.
std::uint64_t value_of(const std::string& text, const std::string& key) {
  std::istringstream words{text};
  for (std::string name, value; words >> name >> value;) {
    if (name == key) return std::strtoull(value.c_str(), nullptr, 10);
  }
  return 0;
}

// Controllers are written one by one: one that the kernel lacks must not cost us the others.
void enable_controllers(const std::string& dir) {
  for (const char* name : {"+cpu", "+memory", "+pids", "+io"}) {
    std::ofstream file{dir + "/cgroup.subtree_control"};
    file << name << std::flush;
  }
}

}  // namespace

Result<Cgroups> Cgroups::detect(std::string parent, std::string mount) {
  Cgroups found;
  found.parent_ = std::move(parent);
  found.mount_ = std::move(mount);
  std::error_code ignored;
  if (is_cgroup2(found.mount_)) {
    found.mode_ = CgroupMode::v2;
    found.swap_accounting_ = fs::exists("/proc/swaps", ignored);
  } else if (fs::is_directory(found.mount_ + "/memory", ignored)) {
    found.mode_ = is_cgroup2(found.mount_ + "/unified") ? CgroupMode::hybrid : CgroupMode::v1;
    found.swap_accounting_ = fs::exists(found.mount_ + "/memory/memory.memsw.limit_in_bytes", ignored);
  } else {
    return Refusal{Errc::fault, "no cgroup hierarchy is mounted on " + found.mount_};
  }
  return found;
}

Result<void> Cgroups::prepare_parent() const {
  if (mode_ != CgroupMode::v2) return {};
  std::string at = mount_;
  enable_controllers(at);
  for (const auto& part : fs::path{parent_}.relative_path()) {
    at += "/" + part.string();
    std::error_code error;
    fs::create_directory(at, error);
    if (error) return Refusal{Errc::fault, "cannot make cgroup " + at + ": " + error.message()};
    enable_controllers(at);
  }
  const auto enabled = slurp(at + "/cgroup.subtree_control").value_or("");
  if (enabled.find("memory") != std::string::npos && enabled.find("pids") != std::string::npos) return {};
  return Refusal{Errc::fault, "the memory and pids controllers cannot be enabled in cgroup " + at};
}

std::string Cgroups::dir(const std::string& controller, const std::string& path) const {
  return mode_ == CgroupMode::v2 ? mount_ + path : mount_ + "/" + controller + path;
}

std::optional<std::string> Cgroups::read(const std::string& container_id, const std::string& controller,
                                         const std::string& file) const {
  return slurp(dir(controller, path_of(container_id)) + "/" + file);
}

std::uint64_t Cgroups::oom_kills(const std::string& container_id) const {
  const auto* file = mode_ == CgroupMode::v2 ? "memory.events" : "memory.oom_control";
  return value_of(read(container_id, "memory", file).value_or(""), "oom_kill");
}

void Cgroups::remove(const std::string& container_id) const { remove_everywhere(path_of(container_id)); }

void Cgroups::remove_parent() const { remove_everywhere(parent_); }

void Cgroups::remove_everywhere(const std::string& path) const {
  if (mode_ == CgroupMode::v2) {
    ::rmdir((mount_ + path).c_str());
    return;
  }
  std::error_code ignored;
  for (const auto& controller : fs::directory_iterator{mount_, ignored}) {
    ::rmdir((controller.path().string() + path).c_str());
  }
}

}  // namespace skein

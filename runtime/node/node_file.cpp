#include "runtime/node/node_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace skein {
namespace {

Refusal fault(const std::string& path, const char* what) {
  return {Errc::fault, fmt::format("{}: {}: {}", path, what, std::strerror(errno))};
}

Result<void> write_all(int fd, const std::string& path, const std::string& content) {
  for (std::size_t done = 0; done < content.size();) {
    const ssize_t n = ::write(fd, content.data() + done, content.size() - done);
    if (n < 0) return fault(path, "cannot be written");
    done += static_cast<std::size_t>(n);
  }
  if (::fsync(fd) != 0) return fault(path, "cannot be flushed");
  return {};
}

void sync_directory(const std::string& path) {
  const int fd = ::open(std::filesystem::path{path}.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

Result<void> replace_file(const std::string& path, const std::string& content) {
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fault(temporary, "cannot be made");
  Result<void> written = write_all(fd, temporary, content);
  ::close(fd);
  if (!written) return written;
  if (::rename(temporary.c_str(), path.c_str()) != 0) return fault(path, "cannot be replaced");
  sync_directory(path);
  return {};
}

Result<std::optional<NodeFile>> read_node_file(const std::string& path) {
  std::ifstream file{path};
  if (!file) return std::optional<NodeFile>{};
  const nlohmann::json json = nlohmann::json::parse(file, nullptr, false);
  if (!json.is_object() || !json.contains("node_id") || !json.contains("cluster_id"))
    return Refusal{Errc::fault, path +
                                    " is damaged: it should say which node of which swarm this is. Restore it from a "
                                    "backup, or remove the folder around it to forget the swarm"};
  NodeFile read;
  read.node_id = json.value("node_id", "");
  read.cluster_id = json.value("cluster_id", "");
  read.addr = json.value("addr", "");
  read.manager_addr = json.value("manager_addr", "");
  return std::optional<NodeFile>{read};
}

Result<void> write_node_file(const std::string& path, const NodeFile& file) {
  const nlohmann::json json = {{"node_id", file.node_id},
                               {"cluster_id", file.cluster_id},
                               {"addr", file.addr},
                               {"manager_addr", file.manager_addr}};
  return replace_file(path, json.dump(2) + "\n");
}

}  // namespace skein

#include "netmesh/memory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

namespace skein::mesh {
namespace {

using nlohmann::json;

Refusal file_fault(const std::string& what, const std::string& path) {
  return Refusal{Errc::fault, fmt::format("{} {}: {}", what, path, std::strerror(errno))};
}

std::optional<PortConfig::Protocol> protocol_of(const std::string& name) {
  for (const auto protocol : {PortConfig::TCP, PortConfig::UDP, PortConfig::SCTP}) {
    if (name == protocol_name(protocol)) return protocol;
  }
  return std::nullopt;
}

json to_json(const Allocation& allocation) {
  json out = json::object();
  if (!allocation.address.none()) out["address"] = allocation.address.text();
  for (const HostPort& port : allocation.host_ports) {
    out["host_ports"].push_back({{"protocol", protocol_name(port.published.protocol)},
                                 {"published", port.published.number},
                                 {"target", port.target}});
  }
  return out;
}

// Throws nlohmann's exceptions on a wrong shape; decode_memory() catches them.
Result<Allocation> allocation_from(const json& in) {
  Allocation allocation;
  if (in.contains("address")) {
    const auto address = Ipv4::parse(in.at("address").get<std::string>());
    if (!address) return address.refusal();
    allocation.address = *address;
  }
  for (const json& port : in.value("host_ports", json::array())) {
    const auto protocol = protocol_of(port.at("protocol").get<std::string>());
    if (!protocol) return Refusal{Errc::invalid, "unknown protocol"};
    const PortKey published{*protocol, port.at("published").get<std::uint16_t>()};
    allocation.host_ports.push_back({published, port.at("target").get<std::uint16_t>()});
  }
  return allocation;
}

Result<Memory> memory_from(const json& in) {
  Memory memory;
  if (in.contains("subnet")) {
    const auto subnet = Subnet::parse(in.at("subnet").get<std::string>());
    if (!subnet) return subnet.refusal();
    memory.subnet = *subnet;
  }
  for (const auto& [task, entry] : in.at("tasks").items()) {
    auto allocation = allocation_from(entry);
    if (!allocation) return allocation.refusal();
    memory.allocations.emplace(TaskId{task}, *std::move(allocation));
  }
  return memory;
}

Result<void> write_all(int fd, const std::string& content, const std::string& path) {
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t n = ::write(fd, content.data() + done, content.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_fault("write", path);
    done += static_cast<std::size_t>(n);
  }
  if (::fsync(fd) != 0) return file_fault("fsync", path);
  return {};
}

}  // namespace

std::string protocol_name(PortConfig::Protocol protocol) {
  if (protocol == PortConfig::UDP) return "udp";
  return protocol == PortConfig::SCTP ? "sctp" : "tcp";
}

std::string text(const PortKey& port) { return fmt::format("{}/{}", port.number, protocol_name(port.protocol)); }

std::string encode(const Memory& memory) {
  json out = {{"tasks", json::object()}};
  if (!memory.subnet.none()) out["subnet"] = memory.subnet.text();
  for (const auto& [task, allocation] : memory.allocations) out["tasks"][task.str()] = to_json(allocation);
  return out.dump(1) + "\n";
}

Result<Memory> decode_memory(const std::string& text) {
  try {
    return memory_from(json::parse(text));
  } catch (const json::exception& e) {
    return Refusal{Errc::invalid, e.what()};
  }
}

Result<Memory> load_memory(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in && !std::filesystem::exists(path)) return Memory{};
  std::ostringstream content;
  content << in.rdbuf();
  if (!in) return Refusal{Errc::fault, fmt::format("cannot read {}", path)};
  auto memory = decode_memory(content.str());
  if (!memory) return Refusal{Errc::fault, fmt::format("{} is damaged: {}", path, memory.refusal().text)};
  return memory;
}

Result<void> save_memory(const std::string& path, const Memory& memory) {
  const std::string fresh = path + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return file_fault("open", fresh);
  const auto written = write_all(fd, encode(memory), fresh);
  ::close(fd);
  if (!written) return written;
  if (::rename(fresh.c_str(), path.c_str()) != 0) return file_fault("rename", fresh);
  return {};
}

}  // namespace skein::mesh

// Lab: a node of its own for one test. Its thread has a fresh network and mount namespace, so nothing of the machine is
// seen or touched and nothing survives the test; beside it stands an outside host, joined by one wire.
//
//   outside host 10.9.0.2 --- 10.9.0.1 node (this thread) --- bridge --- sandboxes
// The outside host has no route to the bridge's subnet, as real clients have none.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "netmesh/kernel_plane.h"
#include "netmesh/namespace_thread.h"

namespace skein::mesh {

inline constexpr char kNodeAddress[] = "10.9.0.1";
inline constexpr char kOutsideAddress[] = "10.9.0.2";

class Lab {
 public:
  Lab();
  ~Lab();

  std::unique_ptr<KernelPlane> open_plane();
  const std::string& root() const { return root_; }
  const std::string& outside() const { return outside_; }  // its namespace's path
  NamespaceThread& thread() { return thread_; }

  // Runs work in a namespace; "" is the node's own.
  void in(const std::string& netns_path, const std::function<void()>& work);

 private:
  std::string root_;
  std::string outside_;
  NamespaceThread thread_;
};

// Runs the test body on a thread with its own namespaces. Says why if this machine cannot.
std::string why_no_lab();
void in_lab(const std::function<void(Lab&)>& body);

// Every object of the node that could be ours: links, nftables tables, files.
std::set<std::string> objects(const Lab& lab);

TaskId task_id(int number);  // 25 characters, as real ones
WantedSandbox sandbox(int number, bool serving = true);
PortConfig ingress_port(std::uint32_t published, std::uint32_t target, PortConfig::Protocol protocol = PortConfig::TCP);
PortConfig host_port(std::uint32_t published, std::uint32_t target, PortConfig::Protocol protocol = PortConfig::TCP);

}  // namespace skein::mesh

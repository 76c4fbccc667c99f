// Demand: what one task of a spec takes from its node. NodeLedger: what a node has, and what is taken of it.
//
// Only reservations count, never limits or real use. CPUs in nano-CPUs, memory in bytes. Host ports are those of the
// spec's endpoint in host mode with a number. Generic resources: a kind is either counted (count) or named (a set of
// names); the items a task took are in Task.generic, and are given back by the same list.
// A ledger outlives its node's description: tasks may be counted before the node is known or after it is gone, and
// what is taken may exceed what is there (the node shrank). Source: swarmkit manager/scheduler/nodeinfo.go.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "events/proto/state.pb.h"

namespace skein::plan {

using GenericItems = std::vector<GenericResource>;

struct Demand {
  explicit Demand(const SpecVersion& spec);

  std::int64_t nano_cpus = 0;
  std::int64_t memory_bytes = 0;
  std::map<std::string, std::int64_t> generic;  // kind -> count
  std::vector<std::uint32_t> host_ports;        // protocol << 16 | port
};

class NodeLedger {
 public:
  explicit NodeLedger(std::string id) : id_{std::move(id)} {}

  void describe(std::shared_ptr<const Node> node);  // nullptr: it is gone
  const std::string& id() const { return id_; }
  const Node* node() const { return node_.get(); }
  // Ready and active: takes new tasks.
  bool is_available() const { return available_; }
  bool is_unused() const { return !node_ && tasks_ == 0; }

  bool has_resources(const Demand& demand) const;  // with generic ones
  bool has_ports_free(const Demand& demand) const;
  // Which items a new task would get: lowest names first. REQUIRES has_resources(demand).
  GenericItems choose(const Demand& demand) const;

  // `active`: the task is meant to run or complete, and counts when tasks are spread.
  void take(const Demand& demand, const GenericItems& items, bool active);
  void give_back(const Demand& demand, const GenericItems& items, bool active);

  std::uint32_t active_tasks() const { return active_tasks_; }

 private:
  struct Generic {
    std::int64_t count = 0;
    std::set<std::string> names;
  };
  std::int64_t free_of(const std::string& kind) const;
  void count(const Demand& demand, const GenericItems& items, int sign);

  std::string id_;
  std::shared_ptr<const Node> node_;
  bool available_ = false;
  std::int64_t total_cpus_ = 0;
  std::int64_t total_memory_ = 0;
  std::int64_t taken_cpus_ = 0;
  std::int64_t taken_memory_ = 0;
  std::uint32_t tasks_ = 0;
  std::uint32_t active_tasks_ = 0;
  std::map<std::string, Generic> generic_;
  std::map<std::string, Generic> taken_generic_;
  std::map<std::uint32_t, std::uint32_t> taken_ports_;  // -> how many tasks hold it
};

}  // namespace skein::plan

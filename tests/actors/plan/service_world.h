// ServiceWorld: one service, its tasks and the nodes as plain data, and what the log would make of a plan. The domain's
// own deciders and folds carry out wishes, so that a plan meets the same states as in a cluster.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/plan/reconcile.h"
#include "events/domain/decision.h"
#include "events/proto/state.pb.h"

namespace skein::plan {

inline constexpr std::int64_t kSecond_ns = 1'000'000'000;

class ServiceWorld {
 public:
  // Both become records: the first creates the service, later ones update it.
  void set_spec(const ServiceSpec& spec);
  void remove_service() { service_.reset(); }

  ReconcilePlan plan() const;
  void carry_out(const ReconcilePlan& plan);
  void observe(const std::string& task_id, TaskState state);
  bool assign(const std::string& task_id, const std::string& node_id);
  void reap(std::int64_t history_limit);

  bool is_dirty(const Task& task) const;
  const SpecVersion& spec_of(const Task& task) const { return specs_.at(task.spec_version()); }
  std::vector<Slot> slots() const;
  const Service* service() const { return service_ ? &*service_ : nullptr; }
  Service& edit_service() { return *service_; }
  // 1 for the spec the service was created with.
  std::uint64_t version_number(std::size_t ordinal) const { return versions_.at(ordinal - 1); }

  std::map<std::string, Task> tasks;
  std::map<std::string, Node> nodes;
  std::int64_t now_ns = 0;

 private:
  void record(const Decision& decision);
  void keep_spec();
  std::vector<BornTask> born_tasks() const;

  std::optional<Service> service_;
  std::map<std::uint64_t, SpecVersion> specs_;
  std::vector<std::uint64_t> versions_;
  std::uint64_t index_ = 0;
  std::uint64_t born_ = 0;
};

}  // namespace skein::plan

// NodeTable: all nodes as placement sees them: what each has left, how many tasks of each service are where, who
// failed lately, and the order in which nodes are liked.
//
// Nodes are meant by number: stable while the node is known or holds tasks. order() lists the available nodes by
// (active tasks, id); it is current after settle().
// Cost: a task counted or given back O(log nodes); a node joining or leaving O(nodes) once, at the next settle().
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/plan/place_ledger.h"
#include "events/views/string_hash.h"

namespace skein::plan {

// A count for each node that has one. A service with few tasks keeps a short list, one with many an array over all
// node numbers: both are read once a node when a group is placed, and there may be as many services as tasks.
class NodeCounts {
 public:
  using Node = std::uint32_t;
  static constexpr std::size_t kShort = 16;

  void add(Node node);
  void subtract(Node node);  // REQUIRES of(node) > 0
  std::uint32_t of(Node node) const {
    if (!array_.empty()) return node < array_.size() ? array_[node] : 0;
    for (const auto& [at, count] : list_) {
      if (at == node) return count;
    }
    return 0;
  }
  bool empty() const { return total_ == 0; }
  std::vector<Node> nodes() const;  // with a count, in number order

 private:
  std::uint64_t total_ = 0;
  std::vector<std::pair<Node, std::uint32_t>> list_;  // in no order
  std::vector<std::uint32_t> array_;                  // instead of the list once that was too long
};

// Where a service's tasks are, and where they failed.
class ServiceLoad {
 public:
  using Node = std::uint32_t;
  // From this many failures within the window on, a node is avoided. Swarm's numbers.
  static constexpr std::uint32_t kTooManyFailures = 5;
  static constexpr std::int64_t kFailureWindowNs = 300'000'000'000;
  static constexpr std::size_t kFailuresKept = 32;  // per node and spec version, the newest

  void add(Node node) { tasks_.add(node); }
  void subtract(Node node) { tasks_.subtract(node); }
  std::uint32_t tasks(Node node) const { return tasks_.of(node); }
  std::vector<Node> nodes_with_tasks() const { return tasks_.nodes(); }

  void failed(std::uint64_t version, Node node, std::int64_t at_ns);
  // Failures within the window before `now_ns` if they are too many, else 0.
  std::uint32_t penalty(std::uint64_t version, Node node, std::int64_t now_ns) const;
  bool has_failures() const { return !failures_.empty(); }
  void forget_failures(std::int64_t before_ns);
  void forget_node(Node node);  // its failures
  bool is_unused() const { return tasks_.empty() && failures_.empty(); }

 private:
  NodeCounts tasks_;
  std::map<std::pair<std::uint64_t, Node>, std::deque<std::int64_t>> failures_;
};

class NodeTable {
 public:
  using Number = std::uint32_t;

  void upsert(std::shared_ptr<const Node> node);
  // Its failures are forgotten at once (its number will be another node's), its tasks when they are given back.
  void remove(std::string_view id);

  // The number of a node, known or not: tasks may be counted before their node is seen.
  Number number(std::string_view id);
  const NodeLedger* find(std::string_view id) const;
  Number number_of(std::string_view id) const { return numbers_.find(id)->second; }  // REQUIRES find(id)
  const NodeLedger& ledger(Number node) const { return *nodes_[node].ledger; }
  std::uint32_t rank(Number node) const { return nodes_[node].rank; }
  ServiceLoad& service(std::string_view service_id);
  const ServiceLoad* find_service(std::string_view service_id) const;
  void forget_service(std::string_view service_id);

  // One task of a service; `active` as in NodeLedger. settle() has to follow before order() is read.
  void take(Number node, ServiceLoad& service, const Demand& demand, const GenericItems& items, bool active);
  void give_back(Number node, std::string_view service_id, const Demand& demand, const GenericItems& items,
                 bool active);

  void settle();
  struct Place {
    std::uint32_t active_tasks = 0;
    std::uint32_t rank = 0;  // by id
    Number node = 0;
    auto operator<=>(const Place&) const = default;
  };
  const std::set<Place>& order() const { return order_; }
  // The same places in number order, for who sorts anyway.
  template <class Visit>
  void each_available(Visit visit) const {
    for (const Slot& slot : nodes_) {
      if (slot.listed) visit(slot.place);
    }
  }
  // For each node number the rank of the node's label value ("" if it has none) among the values of all nodes.
  // `descriptor` as in label_named. Made once, until the labels of some node change.
  const std::vector<std::uint32_t>& labels(const std::string& descriptor);
  // Numbers of the known nodes, in id order.
  std::vector<Number> known() const;

 private:
  struct Slot {
    std::unique_ptr<NodeLedger> ledger;  // null: free
    std::uint32_t rank = 0;
    bool listed = false;  // in order_, as `place`
    bool touched = false;
    Place place;
  };
  void touch(Number node);
  void drop_if_unused(Number node);
  void rank_all();

  std::vector<Slot> nodes_;
  std::vector<Number> free_;
  std::map<std::string, Number, std::less<>> numbers_;
  bool ranks_current_ = true;
  std::vector<Number> touched_;
  std::set<Place> order_;
  StringMap<ServiceLoad> services_;
  StringMap<std::vector<std::uint32_t>> labels_;  // by descriptor
};

}  // namespace skein::plan

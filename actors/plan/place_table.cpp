#include "actors/plan/place_table.h"

#include <algorithm>
#include <limits>

#include "actors/plan/constraint.h"
#include "events/base/check.h"

namespace skein::plan {
namespace {

bool same_labels(const google::protobuf::RepeatedPtrField<Label>& a,
                 const google::protobuf::RepeatedPtrField<Label>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Label& x, const Label& y) { return x.key() == y.key() && x.value() == y.value(); });
}

bool same_labels(const Node& a, const Node& b) {
  return same_labels(a.spec().labels(), b.spec().labels()) &&
         same_labels(a.description().engine_labels(), b.description().engine_labels());
}

}  // namespace

void NodeCounts::add(Node node) {
  ++total_;
  if (array_.empty()) {
    for (auto& [at, count] : list_) {
      if (at == node) {
        ++count;
        return;
      }
    }
    list_.emplace_back(node, 1);
    if (list_.size() <= kShort) return;
    for (const auto& [at, count] : list_) {
      if (at >= array_.size()) array_.resize(at + 1);
      array_[at] = count;
    }
    list_ = {};
    return;
  }
  if (node >= array_.size()) array_.resize(node + 1);
  ++array_[node];
}

void NodeCounts::subtract(Node node) {
  CHECK(of(node) > 0, "a service lost a task it never had");
  --total_;
  if (!array_.empty()) {
    --array_[node];
    return;
  }
  const auto at = std::find_if(list_.begin(), list_.end(), [=](const auto& entry) { return entry.first == node; });
  if (--at->second > 0) return;
  *at = list_.back();
  list_.pop_back();
}

std::vector<NodeCounts::Node> NodeCounts::nodes() const {
  std::vector<Node> out;
  for (const auto& [node, count] : list_) out.push_back(node);
  std::sort(out.begin(), out.end());
  for (Node node = 0; node < array_.size(); ++node) {
    if (array_[node] > 0) out.push_back(node);
  }
  return out;
}

void ServiceLoad::failed(std::uint64_t version, Node node, std::int64_t at_ns) {
  auto& times = failures_[{version, node}];
  times.push_back(at_ns);
  if (times.size() > kFailuresKept) times.pop_front();
}

std::uint32_t ServiceLoad::penalty(std::uint64_t version, Node node, std::int64_t now_ns) const {
  const auto at = failures_.find({version, node});
  if (at == failures_.end()) return 0;
  const auto& times = at->second;
  const auto recent = static_cast<std::uint32_t>(
      std::count_if(times.begin(), times.end(), [=](std::int64_t t) { return t > now_ns - kFailureWindowNs; }));
  return recent >= kTooManyFailures ? recent : 0;
}

void ServiceLoad::forget_failures(std::int64_t before_ns) {
  std::erase_if(failures_, [=](const auto& entry) {
    return std::all_of(entry.second.begin(), entry.second.end(), [=](std::int64_t t) { return t <= before_ns; });
  });
}

void ServiceLoad::forget_node(Node node) {
  std::erase_if(failures_, [=](const auto& entry) { return entry.first.second == node; });
}

NodeTable::Number NodeTable::number(std::string_view id) {
  if (const auto at = numbers_.find(id); at != numbers_.end()) return at->second;
  auto node = static_cast<Number>(nodes_.size());
  if (free_.empty()) {
    nodes_.emplace_back();
  } else {
    node = free_.back();
    free_.pop_back();
  }
  nodes_[node].ledger = std::make_unique<NodeLedger>(std::string{id});
  numbers_.emplace(std::string{id}, node);
  ranks_current_ = false;
  return node;
}

const NodeLedger* NodeTable::find(std::string_view id) const {
  const auto at = numbers_.find(id);
  return at == numbers_.end() ? nullptr : nodes_[at->second].ledger.get();
}

void NodeTable::upsert(std::shared_ptr<const Node> node) {
  const Number n = number(node->id());
  const Node* before = nodes_[n].ledger->node();
  if (before == nullptr || !same_labels(*before, *node)) labels_.clear();
  nodes_[n].ledger->describe(std::move(node));
  touch(n);
}

void NodeTable::remove(std::string_view id) {
  const auto at = numbers_.find(id);
  if (at == numbers_.end()) return;
  nodes_[at->second].ledger->describe(nullptr);
  touch(at->second);
  for (auto& [service_id, load] : services_) load.forget_node(at->second);  // each on its own: the order does not show
  std::erase_if(services_, [](const auto& entry) { return entry.second.is_unused(); });
}

ServiceLoad& NodeTable::service(std::string_view service_id) {
  const auto at = services_.find(service_id);
  return at != services_.end() ? at->second : services_.emplace(std::string{service_id}, ServiceLoad{}).first->second;
}

const ServiceLoad* NodeTable::find_service(std::string_view service_id) const {
  const auto at = services_.find(service_id);
  return at == services_.end() ? nullptr : &at->second;
}

void NodeTable::forget_service(std::string_view service_id) {
  const auto at = services_.find(service_id);
  if (at == services_.end()) return;
  at->second.forget_failures(std::numeric_limits<std::int64_t>::max());
  if (at->second.is_unused()) services_.erase(at);
}

void NodeTable::take(Number node, ServiceLoad& service, const Demand& demand, const GenericItems& items, bool active) {
  nodes_[node].ledger->take(demand, items, active);
  if (active) service.add(node);
  touch(node);
}

void NodeTable::give_back(Number node, std::string_view service_id, const Demand& demand, const GenericItems& items,
                          bool active) {
  nodes_[node].ledger->give_back(demand, items, active);
  touch(node);
  if (!active) return;
  const auto at = services_.find(service_id);
  CHECK(at != services_.end(), "a service lost a task it never had");
  at->second.subtract(node);
  if (at->second.is_unused()) services_.erase(at);
}

void NodeTable::touch(Number node) {
  if (!std::exchange(nodes_[node].touched, true)) touched_.push_back(node);
}

void NodeTable::settle() {
  if (!ranks_current_) rank_all();
  for (const Number node : touched_) {
    Slot& slot = nodes_[node];
    slot.touched = false;
    if (std::exchange(slot.listed, false)) order_.erase(slot.place);
    if (slot.ledger->is_available()) {
      slot.place = Place{slot.ledger->active_tasks(), slot.rank, node};
      slot.listed = true;
      order_.insert(slot.place);
    }
    drop_if_unused(node);
  }
  touched_.clear();
}

void NodeTable::drop_if_unused(Number node) {
  if (!nodes_[node].ledger->is_unused()) return;
  numbers_.erase(nodes_[node].ledger->id());
  nodes_[node] = Slot{};
  free_.push_back(node);
}

// Ids are dense in the order only after this; all places change, so the order is made anew.
void NodeTable::rank_all() {
  order_.clear();
  std::uint32_t rank = 0;
  for (const auto& [id, node] : numbers_) {
    nodes_[node].rank = rank++;
    nodes_[node].listed = false;
    touch(node);
  }
  ranks_current_ = true;
}

const std::vector<std::uint32_t>& NodeTable::labels(const std::string& descriptor) {
  const auto [at, is_new] = labels_.try_emplace(descriptor);
  if (!is_new && at->second.size() == nodes_.size()) return at->second;
  std::map<std::string_view, std::uint32_t> ranks;
  const auto value_on = [&](Number node) -> std::string_view {
    const Node* known = nodes_[node].ledger ? nodes_[node].ledger->node() : nullptr;
    const std::string* value = known == nullptr ? nullptr : label_named(*known, descriptor);
    return value == nullptr ? std::string_view{} : *value;
  };
  for (Number node = 0; node < nodes_.size(); ++node) ranks[value_on(node)] = 0;
  std::uint32_t next = 0;
  for (auto& [value, rank] : ranks) rank = next++;
  at->second.clear();
  for (Number node = 0; node < nodes_.size(); ++node) at->second.push_back(ranks.at(value_on(node)));
  return at->second;
}

std::vector<NodeTable::Number> NodeTable::known() const {
  std::vector<Number> out;
  for (const auto& [id, node] : numbers_) {
    if (nodes_[node].ledger->node() != nullptr) out.push_back(node);
  }
  return out;
}

}  // namespace skein::plan

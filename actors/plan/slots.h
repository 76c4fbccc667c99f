// Slots: the tasks of one service by the place they fill. A slot outlives its tasks: (service, number) for replicated
// services, (service, node) for global ones (swarmkit manager/orchestrator/slot.go).
//
// Pure: pointers into the caller's immutable states, nothing kept. Order everywhere: slot key, then newest task first.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/proto/state.pb.h"

namespace skein::plan {

// A task with the spec it was born with.
struct BornTask {
  const Task* task = nullptr;
  const SpecVersion* spec = nullptr;
};

struct SlotKey {
  std::uint64_t slot = 0;  // 0 for global services
  std::string node;        // empty for replicated services
  auto operator<=>(const SlotKey&) const = default;
};

struct Slot {
  SlotKey key;
  std::vector<BornTask> tasks;  // newest first
};

using FindNode = std::function<const Node*(std::string_view id)>;

void newest_first(Slot& slot);
std::vector<Slot> group_by_slot(const Service& service, const std::vector<BornTask>& tasks);

bool wanted(const Task& task);   // desired state says it should be up or come up
bool ended(const Task& task);    // observed state is terminal
bool live(const Task& task);     // wanted and not ended
bool running(const Task& task);  // wanted and observed running

enum class Home : unsigned char { none, good, draining, lost };  // lost: down or removed
Home home_of(const Task& task, const FindNode& find_node);

}  // namespace skein::plan

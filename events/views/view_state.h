// ViewTables: what a View holds. Private to events/views; view.cpp reads it, fold.cpp writes it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "events/proto/state.pb.h"
#include "events/views/aggregate_table.h"
#include "events/views/command_memory.h"
#include "events/views/digest_sum.h"
#include "events/views/name_index.h"
#include "events/views/spec_table.h"
#include "events/views/task_table.h"
#include "events/views/view.h"

namespace skein {

struct ViewTables {
  std::uint64_t index = 0;
  std::uint64_t term = 0;
  std::int64_t at_ns = 0;
  std::string record_digest;

  std::shared_ptr<Cluster> cluster;
  AggregateTable<Node> nodes{DigestKind::node};
  AggregateTable<Service> services{DigestKind::service};
  AggregateTable<Network> networks{DigestKind::network};
  AggregateTable<File> secrets{DigestKind::secret};
  AggregateTable<File> configs{DigestKind::config};
  NameIndex service_names;
  NameIndex network_names;
  NameIndex secret_names;
  NameIndex config_names;
  TaskTable tasks;
  SpecTable specs;
  CommandMemory commands;

  DigestSum settle();  // brings all sums up to date and adds them
};

struct View::State : ViewTables {};

}  // namespace skein

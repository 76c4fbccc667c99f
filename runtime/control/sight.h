// Sight: what one question finds in a View, as pointers to immutable states, so that the View's owner is not kept
// waiting while an answer is written.
//
// All of it is from one View, so it is consistent: every spec, service and node that a task of it names is there too,
// as far as it still exists. Lists are in id order, without repeats. Pure; any thread.
#pragma once
#include <vector>

#include "events/proto/control.pb.h"
#include "events/views/view.h"

namespace skein {

struct Sight {
  LogIndex index;
  WallTime time;
  ClusterPtr cluster;
  std::vector<NodePtr> nodes;
  std::vector<ServicePtr> services;
  std::vector<control::ServiceCounts> counts;  // of services, when they were asked for
  std::vector<TaskPtr> tasks;
  std::vector<SpecPtr> specs;
  std::vector<NetworkPtr> networks;
  std::vector<FilePtr> files;
  std::vector<control::Missing> missing;
};

Sight look(const View& view, const control::Question& question);

}  // namespace skein

// RecordFilter: picks the events that somebody asked to see out of a stream of records.
//
// Filters are "key=value": values of one key are alternatives, keys must all hold. Keys:
//   type       "TaskObserved"; a trailing * takes what begins so ("Task*")
//   aggregate  log, cluster, node, service, task, network, secret, config
//   id         of the aggregate;  principal, via, command, kind: of the record's origin (record_json.h)
//   service    id, unique-enough prefix (4 digits or more) or name: events of the service and of its tasks
//   node       id, prefix or hostname: events of the node and of the tasks that were given to it
// Whose tasks are whose is learned from the records themselves, so every record must be fed, in order, from the point
// that `seed` showed. A task's birth and its later events are then found even when the service has been removed since.
// Threads: one.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "events/store/event_log.h"
#include "events/views/view.h"

namespace skein {

class RecordFilter {
 public:
  // invalid: "invalid filter 'x'".
  static Result<RecordFilter> parse(const std::vector<std::string>& filters);

  bool takes_all() const { return wanted_.empty(); }
  bool needs_seed() const { return wanted_.contains("service") || wanted_.contains("node"); }
  void seed(const View& view);

  // A record with the events asked for, the very same if those are all; nullptr if there are none.
  RecordPtr pick(const RecordPtr& record);

 private:
  struct Owned {
    std::string service_id, node_id;
  };
  void learn(const Event& event);
  bool holds(const Record& record, const Event& event) const;
  bool is_of_service(const Event& event, const std::set<std::string>& values) const;
  bool is_of_node(const Event& event, const std::set<std::string>& values) const;

  std::map<std::string, std::set<std::string>> wanted_;
  std::map<std::string, Owned> tasks_;            // those alive, learned
  std::map<std::string, std::string> services_;   // id -> name; all ever met
  std::map<std::string, std::string> hostnames_;  // node id -> hostname
  std::vector<std::string> reaped_;               // tasks to forget after the record
};

}  // namespace skein

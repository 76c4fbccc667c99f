// Fold: one record's way into the tables of a View. Private to events/views.
//
// Each event goes to its aggregate's evolve (events/domain); this class finds the state, makes it writable, keeps the
// names, groups and specs in step and collects what changed. All but tasks are folded first, so that a task may be born
// in the same record as its spec, in whatever order the events stand.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "events/domain/decision.h"
#include "events/proto/record.pb.h"
#include "events/views/string_hash.h"
#include "events/views/view_state.h"

namespace skein {

class Fold {
 public:
  Fold(ViewTables& tables, const Record& record);
  std::vector<Change> run();

 private:
  enum class Fate : unsigned char { birth, change, end };
  static Fate fate_of(const Event& event);

  void fold(Aggregate kind, const Event& event);
  void fold_cluster(const Event& event);
  void fold_service(const Event& event);
  void fold_task(const Event& event);
  void bear_task(const Event& event);
  template <class State, class Evolve>
  void fold_in(AggregateTable<State>& table, Aggregate kind, const Event& event, Evolve evolve);
  template <class State, class Evolve>
  void fold_named(AggregateTable<State>& table, NameIndex& names, const Event& event, Evolve evolve);
  Change& change_of(Aggregate kind, const std::string& id);

  ViewTables& tables_;
  const Record& record_;
  RecordHead head_;
  std::vector<Change> changes_;
  StringMap<std::size_t> places_;  // in changes_, of aggregates that are not tasks
  std::vector<TaskTable::Number> marked_;
};

}  // namespace skein

// View: the whole state at one index, folded from records, with the look-ups that decisions and reads need.
//
// Is: a pure fold; View(records 1..n) == View(snapshot at k) then records k+1..n, byte for byte (state_digest).
// Is not: thread-safe. One owner folds it (the view actor; the history actor has its own); readers ask the owner and
// take away shared_ptrs, which never change: folding replaces a state by a new one.
//
// Invariants: index() is the last record folded; every task's (service_id, spec_version) resolves by spec() as long as
// the task exists; the indexes agree with the tasks; states handed out are immutable.
//
// The fold is total: an event about an aggregate that is not there (a record ahead of it ended it) changes nothing.
// CHECKed, because no fold can go on from it: a gap in the index, a birth of what exists, a task without its spec, an
// event of a kind this binary does not know and may not ignore.
//
// Settled tasks are kept packed (task_table.h), so two reads of the same task may give two equal messages at two
// addresses. Measured by tools/bench/view_bench: bytes a task, events a second.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "events/base/clock.h"
#include "events/base/ids.h"
#include "events/base/result.h"
#include "events/proto/record.pb.h"
#include "events/proto/state.pb.h"

namespace skein {

using ClusterPtr = std::shared_ptr<const Cluster>;
using NodePtr = std::shared_ptr<const Node>;
using ServicePtr = std::shared_ptr<const Service>;
using TaskPtr = std::shared_ptr<const Task>;
using NetworkPtr = std::shared_ptr<const Network>;
using FilePtr = std::shared_ptr<const File>;
using SpecPtr = std::shared_ptr<const SpecVersion>;

enum class Aggregate : unsigned char { log, cluster, node, service, task, network, secret, config };

// The kind of aggregate an event is about; follows from its number (events.proto). CHECKs that the kind is known.
Aggregate aggregate_of(const Event& event);

// One aggregate that a record changed: its state after the record. `removed`: it is gone, `id` was its id.
struct Change {
  Aggregate kind = Aggregate::log;
  std::string id;
  bool removed = false;
  std::variant<std::monostate, ClusterPtr, NodePtr, ServicePtr, TaskPtr, NetworkPtr, FilePtr>
      state;  // last known if removed
};

class View {
 public:
  View();
  ~View();
  View(View&&) noexcept;
  View& operator=(View&&) noexcept;
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  static View from_snapshot(const Snapshot& snapshot);
  Snapshot to_snapshot() const;  // canonical order; state_digest set

  // Folds the next record. REQUIRES record.index() == index() + 1. Returns what changed, one entry an aggregate:
  // first all but tasks, then tasks, each in the order of the record's events. Events of the log itself
  // (TermStarted ...) change no aggregate. What was born and ended within the record is there, as removed.
  std::vector<Change> apply(const Record& record);

  LogIndex index() const;
  Term term() const;
  WallTime time() const;  // of the last record
  const std::string& record_digest() const;
  // Digest of the state, 32 bytes, the same on every manager at the same index and after restoring a snapshot.
  // Covers the cluster, all aggregates, the spec table and the remembered commands; not index, term, time and chain.
  // Kept up to date incrementally: O(what changed since it was last asked for). Shows divergence, not malice.
  std::string state_digest() const;

  ClusterPtr cluster() const;  // nullptr before ClusterFounded

  // By id; nullptr when there is none.
  NodePtr node(std::string_view id) const;
  ServicePtr service(std::string_view id) const;
  TaskPtr task(std::string_view id) const;
  NetworkPtr network(std::string_view id) const;
  FilePtr secret(std::string_view id) const;
  FilePtr config(std::string_view id) const;

  // By exact name.
  ServicePtr service_named(std::string_view name) const;
  NetworkPtr network_named(std::string_view name) const;
  FilePtr secret_named(std::string_view name) const;
  FilePtr config_named(std::string_view name) const;

  // As a user types it: full id, else exact name (node: hostname), else unique id prefix. not_found / invalid
  // ("... is ambiguous (n matches found)"), with Docker's texts. A task's name is <service>.<slot or node id>.<task
  // id>. Finding a task by prefix is linear in the number of tasks; everything else is logarithmic or better (node
  // names: linear in nodes).
  Result<NodePtr> find_node(std::string_view typed) const;
  Result<ServicePtr> find_service(std::string_view typed) const;
  Result<TaskPtr> find_task(std::string_view typed) const;
  Result<NetworkPtr> find_network(std::string_view typed) const;
  Result<FilePtr> find_secret(std::string_view typed) const;
  Result<FilePtr> find_config(std::string_view typed) const;

  // All, in id order.
  std::vector<NodePtr> nodes() const;
  std::vector<ServicePtr> services() const;
  std::vector<NetworkPtr> networks() const;
  std::vector<FilePtr> secrets() const;
  std::vector<FilePtr> configs() const;
  std::vector<TaskPtr> tasks() const;
  std::size_t task_count() const;

  // Indexes, in id order.
  std::vector<TaskPtr> tasks_of_service(std::string_view service_id) const;
  std::vector<TaskPtr> tasks_on_node(std::string_view node_id) const;  // "": those that have no node yet
  std::vector<TaskPtr> tasks_in_slot(std::string_view service_id, std::uint64_t slot) const;

  // The spec a task was born with. Never nullptr for a (service, version) that a live task or the service itself names.
  SpecPtr spec(std::string_view service_id, std::uint64_t version) const;
  SpecPtr spec_of(const Task& task) const { return spec(task.service_id(), task.spec_version()); }

  // The first outcome of a command seen lately (the last 65,536 commands); nullptr if it is new.
  const RememberedCommand* remembered(std::string_view command_id) const;
  std::vector<RememberedCommand> remembered_commands() const;  // by index

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace skein

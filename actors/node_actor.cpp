#include "actors/node_actor.h"

#include <spdlog/spdlog.h>

#include <caf/local_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <optional>
#include <set>

#include "actors/crash_loudly.h"
#include "actors/origin.h"
#include "actors/plan/assignment.h"
#include "actors/stream_writer.h"
#include "events/domain/node.h"
#include "events/domain/task.h"

namespace skein {
namespace {

struct NodeState {
  static inline const char* name = "node";
  NodeArgs args;
  std::optional<StreamWriter<Node>> writer;
  std::map<std::string, TaskForNode, std::less<>> tasks;
  std::set<std::string> changed, removed;  // to be told to the agent
  bool flush_queued = false;
  bool session_open = false;
};

using Self = NodeActor::stateful_pointer<NodeState>;

void add_files(Self self, const TaskForNode& item, AssignedTask& assigned) {
  const ContainerSpec& container = item.spec->spec().task().container();
  for (const auto& [file, secret] : item.files) {
    const auto& references = secret ? container.secrets() : container.configs();
    Result<Payload> payload = self->state.args.world->payload(file->spec().payload());
    if (!payload) {
      spdlog::error("task {}: {} {}: {}", item.task->id(), secret ? "secret" : "config", file->spec().name(),
                    payload.refusal().text);
      continue;
    }
    for (const FileReference& reference : references) {
      if (reference.id() != file->id()) continue;
      AssignedFile& added = *assigned.add_files();
      *added.mutable_reference() = reference;
      added.set_data(payload->data());
      added.set_secret(secret);
    }
  }
}

void add_credentials(Self self, AssignedTask& assigned) {
  const std::string& digest = assigned.spec().container().pull().auth_payload();
  if (digest.empty()) return;
  if (Result<Payload> payload = self->state.args.world->payload(digest)) assigned.set_registry_auth(payload->data());
}

void add(Self self, const TaskForNode& item, Assignments& assignments) {
  AssignedTask& assigned = *assignments.add_update();
  assigned = plan::assignment_of(*item.task, *item.spec);
  add_files(self, item, assigned);
  add_credentials(self, assigned);
}

void send_complete(Self self) {
  NodeState& state = self->state;
  auto assignments = std::make_shared<Assignments>();
  assignments->set_complete(true);
  for (const auto& [id, item] : state.tasks) add(self, item, *assignments);
  state.changed.clear();
  state.removed.clear();
  state.session_open = true;
  self->send(state.args.agent, AssignmentsFor{std::move(assignments)});
}

void flush(Self self) {
  NodeState& state = self->state;
  state.flush_queued = false;
  if (!state.session_open || (state.changed.empty() && state.removed.empty())) return;
  auto assignments = std::make_shared<Assignments>();
  for (const std::string& id : state.changed) add(self, state.tasks.at(id), *assignments);
  for (const std::string& id : state.removed) assignments->add_remove(id);
  state.changed.clear();
  state.removed.clear();
  self->send(state.args.agent, AssignmentsFor{std::move(assignments)});
}

void on_task(Self self, const TaskForNode& item) {
  NodeState& state = self->state;
  const std::string& id = item.task->id();
  if (item.removed) {
    if (state.tasks.erase(id) == 0) return;
    state.changed.erase(id);
    state.removed.insert(id);
  } else if (plan::concerns_node(*item.task)) {
    const auto before = state.tasks.find(id);
    const bool news = before == state.tasks.end() || before->second.task->desired() != item.task->desired();
    state.tasks[id] = item;
    if (!news) return;  // its own report came back
    state.changed.insert(id);
  }
  if (state.flush_queued) return;
  state.flush_queued = true;
  self->send(self, FlushAssignments{});
}

void ask_self(Self self, std::function<Result<Decision>(const Node&, const DecideContext&)> decide) {
  const std::string& id = self->state.writer->state()->id();
  Origin origin = own_origin("agent", id, 0);
  origin.set_principal("node " + id);
  self->state.writer->take(self, Ask<Node>{std::move(decide), std::move(origin), [](const Outcome& outcome) {
                                             if (outcome.code() != 0) spdlog::warn("node: {}", outcome.text());
                                           }});
}

void on_hello(Self self, const NodeSaysHello& hello) {
  DescribeNode describe;
  *describe.mutable_description() = hello.description;
  ask_self(self, [describe](const Node& node, const DecideContext& context) {
    return node::decide(node, describe, context);
  });
  SetNodeStatus ready;
  *ready.mutable_status() = self->state.writer->state()->status();
  ready.mutable_status()->set_state(NodeStatus::READY);
  ready.mutable_status()->clear_message();
  ask_self(self,
           [ready](const Node& node, const DecideContext& context) { return node::decide(node, ready, context); });
  send_complete(self);
}

void on_reports(Self self, const Reports& reports) {
  NodeState& state = self->state;
  for (const TaskReport& report : *reports.reports) {
    const auto item = state.tasks.find(report.task_id());
    if (item == state.tasks.end()) continue;
    Origin origin = own_origin("agent", state.writer->state()->id(), item->second.task->revision());
    origin.set_principal("node " + state.writer->state()->id());
    self->send(state.args.router, AskTask{item->second.task->service_id(),
                                          report.task_id(),
                                          {[status = report.status()](const Task& task, const DecideContext&) {
                                             return task::observe(task, status);
                                           },
                                           std::move(origin),
                                           {}}});
  }
}

NodeActor::behavior_type node_behavior(Self self, const NodeArgs& args) {
  crash_loudly(self);
  self->state.args = args;
  self->state.writer.emplace(args.log, args.world, args.node);
  for (const TaskForNode& item : args.tasks)
    if (plan::concerns_node(*item.task)) self->state.tasks[item.task->id()] = item;
  self->state.args.tasks.clear();
  if (args.agent) self->send(args.agent, SessionOpened{NodeSession{self}, args.term});
  return {
      [self](const Ask<Node>& ask) { self->state.writer->take(self, ask); },
      [self](const StateChanged<Node>& changed) { self->state.writer->changed(changed.state); },
      [self](const TaskForNode& item) { on_task(self, item); },
      [self](FlushAssignments) { flush(self); },
      [self](const NodeSaysHello& hello) { on_hello(self, hello); },
      [self](const Reports& reports) { on_reports(self, reports); },
      [self](const ProposalResult& result) { self->state.writer->result(self, result); },
  };
}

}  // namespace

NodeActor spawn_node(caf::local_actor& parent, NodeArgs args) { return parent.spawn(node_behavior, std::move(args)); }

}  // namespace skein

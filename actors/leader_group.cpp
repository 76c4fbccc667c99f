#include "actors/leader_group.h"

#include <algorithm>
#include <caf/exit_reason.hpp>
#include <caf/local_actor.hpp>
#include <caf/send.hpp>

#include "actors/directory_actor.h"
#include "actors/node_actor.h"
#include "actors/origin.h"
#include "actors/reaper_actor.h"
#include "actors/scheduler_actor.h"
#include "actors/service_actor.h"
#include "actors/stream_actor.h"
#include "actors/stream_writer.h"
#include "events/base/check.h"
#include "events/domain/service.h"

namespace skein {
namespace {

template <class Map>
auto find_or_null(const Map& map, std::string_view id) -> typename Map::mapped_type {
  const auto it = map.find(id);
  return it == map.end() ? nullptr : it->second;
}

template <class Handle>
void end_actor(const Handle& handle) {
  caf::anon_send_exit(handle, caf::exit_reason::user_shutdown);
}

}  // namespace

LeaderGroup::LeaderGroup(caf::local_actor& parent, GroupArgs args)
    : parent_{parent}, args_{std::move(args)}, term_{args_.seed->term} {
  const LeaderSeed& seed = *args_.seed;
  cluster_ = seed.cluster;
  auto nodes = std::make_shared<NodeTable>();
  for (const NodePtr& node : seed.nodes) nodes->emplace(node->id(), node);
  nodes_ = std::move(nodes);
  for (const NetworkPtr& network : seed.networks) networks_[network->id()] = network;
  for (const FilePtr& file : seed.secrets) secrets_[file->id()] = file;
  for (const FilePtr& file : seed.configs) configs_[file->id()] = file;
  directory_ =
      spawn_directory(parent_, {args_.seed, args_.log, args_.world, AggregateRouter{args_.self}, args_.node_id});
  scheduler_ = spawn_scheduler(parent_, {args_.seed, args_.world, TaskRouter{args_.self}, args_.node_id});
  reaper_ = spawn_reaper(parent_, {args_.seed, args_.world, TaskRouter{args_.self}, args_.node_id});
  start_services();
  start_nodes();
  args_.seed.reset();
}

LeaderGroup::~LeaderGroup() {
  end_actor(directory_);
  end_actor(scheduler_);
  end_actor(reaper_);
  for (const auto& [id, actor] : node_actors_) end_actor(actor);
  for (const auto& [id, actor] : service_actors_) end_actor(actor);
  for (const auto& [key, awake] : cluster_streams_) end_actor(awake.actor);
  for (const auto& [key, awake] : network_streams_) end_actor(awake.actor);
  for (const auto& [key, awake] : file_streams_) end_actor(awake.actor);
}

// ---- starting ------------------------------------------------------------------------------------------------------

void LeaderGroup::start_services() {
  std::map<std::string, std::vector<std::pair<TaskPtr, SpecPtr>>> tasks;
  for (const auto& item : args_.seed->tasks) tasks[item.first->service_id()].push_back(item);
  for (const ServicePtr& service : args_.seed->services) {
    start_service(service->id(), service, std::move(tasks[service->id()]));
    tasks.erase(service->id());
  }
  for (auto& [id, left] : tasks) start_service(id, nullptr, std::move(left));  // removed, not yet cleaned up
}

void LeaderGroup::start_service(const std::string& id, ServicePtr service,
                                std::vector<std::pair<TaskPtr, SpecPtr>> tasks) {
  service_actors_[id] = spawn_service(parent_, {id, std::move(service), std::move(tasks), nodes_, args_.log,
                                                args_.world, ServiceParent{args_.self}, args_.node_id});
}

TaskForNode LeaderGroup::for_node(const TaskPtr& task, const SpecPtr& spec, bool removed) const {
  TaskForNode item{task, spec, removed, {}};
  if (removed) return item;
  for (const FileReference& reference : spec->spec().task().container().secrets())
    if (FilePtr file = find_or_null(secrets_, reference.id())) item.files.emplace_back(std::move(file), true);
  for (const FileReference& reference : spec->spec().task().container().configs())
    if (FilePtr file = find_or_null(configs_, reference.id())) item.files.emplace_back(std::move(file), false);
  return item;
}

void LeaderGroup::start_nodes() {
  std::map<std::string, std::vector<TaskForNode>> tasks;
  for (const auto& [task, spec] : args_.seed->tasks)
    if (!task->node_id().empty()) tasks[task->node_id()].push_back(for_node(task, spec, false));
  for (const auto& [id, node] : *nodes_) start_node(node, std::move(tasks[id]));
}

void LeaderGroup::start_node(const NodePtr& node, std::vector<TaskForNode> tasks) {
  const AgentSession agent = node->id() == args_.node_id ? args_.agent : AgentSession{};
  node_actors_[node->id()] =
      spawn_node(parent_, {node, std::move(tasks), agent, args_.log, args_.world, TaskRouter{args_.self}, term_});
}

// ---- commands ------------------------------------------------------------------------------------------------------

void LeaderGroup::submit(const Submit& submit) {
  switch (submit.command->body_case()) {
    case Command::kFoundCluster:
    case Command::kUpdateCluster:
      return submit_to_cluster(submit);
    case Command::kUpdateNode:
    case Command::kRemoveNode:
    case Command::kDescribeNode:
    case Command::kSetNodeStatus:
      return submit_to_node(submit);
    case Command::kRelabelSecret:
    case Command::kRelabelConfig:
      return submit_to_file(submit);
    case Command::kRemoveService:
      return remove_service(submit);
    case Command::BODY_NOT_SET:
      return submit.reply(refused(submit.command->id(), {Errc::invalid, "the command says nothing"}));
    default:
      caf::anon_send(directory_, submit);
  }
}

void LeaderGroup::remove_service(const Submit& submit) {
  ask(AskAggregate{submit.command->remove_service().service_id(),
                   Ask<Service>{[kept = submit.command](const Service& state, const DecideContext& context) {
                                  return service::decide(state, kept->remove_service(), context);
                                },
                                origin_of(submit, args_.node_id), submit.reply},
                   Aggregate::service});
}

void LeaderGroup::ask(const AskTask& ask) {
  const auto service = service_actors_.find(ask.service_id);
  if (service != service_actors_.end()) {
    caf::anon_send(service->second, ask);
  } else if (ask.ask.reply) {
    ask.ask.reply(refused(ask.ask.origin.command_id(), {Errc::not_found, "task " + ask.task_id + " not found"}));
  }
}

void LeaderGroup::ask(const AskAggregate& ask) {
  const auto absent = [&](const Reply& reply, const Origin& origin, const char* word) {
    if (reply) reply(refused(origin.command_id(), {Errc::not_found, std::string{word} + " " + ask.id + " not found"}));
  };
  if (const auto* node = std::get_if<Ask<Node>>(&ask.ask)) {
    const auto actor = node_actors_.find(ask.id);
    if (actor == node_actors_.end()) return absent(node->reply, node->origin, "node");
    caf::anon_send(actor->second, *node);
  } else if (const auto* service = std::get_if<Ask<Service>>(&ask.ask)) {
    const auto actor = service_actors_.find(ask.id);
    if (actor == service_actors_.end()) return absent(service->reply, service->origin, "service");
    caf::anon_send(actor->second, *service);
  } else if (const auto* network = std::get_if<Ask<Network>>(&ask.ask)) {
    const NetworkPtr state = find_or_null(networks_, ask.id);
    if (!state) return absent(network->reply, network->origin, "network");
    wake(network_streams_, Aggregate::network, ask.id, state, *network);
  } else if (const auto* file = std::get_if<Ask<File>>(&ask.ask)) {
    const bool secret = ask.kind == Aggregate::secret;
    const FilePtr state = find_or_null(secret ? secrets_ : configs_, ask.id);
    if (!state) return absent(file->reply, file->origin, secret ? "secret" : "config");
    wake(file_streams_, ask.kind, ask.id, state, *file);
  } else {
    wake(cluster_streams_, Aggregate::cluster, ask.id, cluster_, std::get<Ask<Cluster>>(ask.ask));
  }
}

template <class State>
void LeaderGroup::wake(Streams<State>& streams, Aggregate kind, const std::string& id,
                       std::shared_ptr<const State> state, const Ask<State>& ask) {
  auto [awake, fresh] = streams.try_emplace(StreamKey{kind, id});
  if (fresh)
    awake->second.actor =
        spawn_stream<State>(parent_, {kind, std::move(state), args_.log, args_.world, RestSink{args_.self}});
  ++awake->second.asked;
  caf::anon_send(awake->second.actor, ask);
}

template void LeaderGroup::wake<Cluster>(Streams<Cluster>&, Aggregate, const std::string&, ClusterPtr,
                                         const Ask<Cluster>&);

template <class State>
void LeaderGroup::let_rest(Streams<State>& streams, const Rests& rests) {
  const auto awake = streams.find(StreamKey{rests.kind, rests.id});
  if (awake != streams.end() && awake->second.asked == rests.handled) streams.erase(awake);
}

void LeaderGroup::rests(const Rests& rests) {
  let_rest(cluster_streams_, rests);
  let_rest(network_streams_, rests);
  let_rest(file_streams_, rests);
}

void LeaderGroup::service_gone(const ServiceGone& gone) {
  const auto actor = service_actors_.find(gone.service_id);
  if (actor == service_actors_.end()) return;
  end_actor(actor->second);
  service_actors_.erase(actor);
}

// ---- following -----------------------------------------------------------------------------------------------------

void LeaderGroup::folded(const FoldedRecordPtr& record) {
  bool for_directory = false;
  for (const FoldedChange& change : record->changes) {
    for_directory |= change.change.kind != Aggregate::task && change.change.kind != Aggregate::log;
    follow(change);
  }
  if (for_directory) caf::anon_send(directory_, record);
}

void LeaderGroup::follow(const FoldedChange& folded) {
  switch (folded.change.kind) {
    case Aggregate::cluster:
      return follow_cluster(folded.change);
    case Aggregate::node:
      return follow_node(folded.change);
    case Aggregate::service:
      return follow_service(folded.change);
    case Aggregate::task:
      return follow_task(folded);
    case Aggregate::network:
      if (folded.change.removed) {
        networks_.erase(folded.change.id);
      } else {
        networks_[folded.change.id] = std::get<NetworkPtr>(folded.change.state);
      }
      return;
    case Aggregate::secret:
      return follow_file(folded.change, secrets_);
    case Aggregate::config:
      return follow_file(folded.change, configs_);
    case Aggregate::log:
      return;
  }
}

void LeaderGroup::follow_cluster(const Change& change) {
  cluster_ = std::get<ClusterPtr>(change.state);
  caf::anon_send(reaper_, HistoryLimit{cluster_->spec().task_history_limit()});
}

void LeaderGroup::follow_node(const Change& change) {
  const NodePtr& node = std::get<NodePtr>(change.state);
  auto nodes = std::make_shared<NodeTable>(*nodes_);
  if (change.removed) {
    nodes->erase(change.id);
  } else {
    (*nodes)[change.id] = node;
  }
  nodes_ = std::move(nodes);
  const auto actor = node_actors_.find(change.id);
  if (change.removed && actor != node_actors_.end()) {
    end_actor(actor->second);
    node_actors_.erase(actor);
  } else if (!change.removed && actor != node_actors_.end()) {
    caf::anon_send(actor->second, StateChanged<Node>{node, false});
  } else if (!change.removed) {
    start_node(node, {});
  }
  const NodesChanged told{nodes_, change.id};
  caf::anon_send(scheduler_, told);
  for (const auto& [id, service] : service_actors_) caf::anon_send(service, told);
}

void LeaderGroup::follow_service(const Change& change) {
  const StateChanged<Service> told{std::get<ServicePtr>(change.state), change.removed};
  caf::anon_send(reaper_, told);
  const auto actor = service_actors_.find(change.id);
  if (actor != service_actors_.end()) {
    caf::anon_send(actor->second, told);
  } else if (!change.removed) {
    start_service(change.id, told.state, {});
  }
}

void LeaderGroup::follow_task(const FoldedChange& folded) {
  const TaskPtr& task = std::get<TaskPtr>(folded.change.state);
  const TaskChanged told{task, folded.spec, folded.change.removed};
  if (const auto service = service_actors_.find(task->service_id()); service != service_actors_.end())
    caf::anon_send(service->second, told);
  caf::anon_send(scheduler_, told);
  caf::anon_send(reaper_, told);
  if (task->node_id().empty()) return;
  if (const auto node = node_actors_.find(task->node_id()); node != node_actors_.end())
    caf::anon_send(node->second, for_node(task, folded.spec, folded.change.removed));
}

void LeaderGroup::follow_file(const Change& change, std::map<std::string, FilePtr, std::less<>>& files) {
  if (change.removed) {
    files.erase(change.id);
  } else {
    files[change.id] = std::get<FilePtr>(change.state);
  }
}

}  // namespace skein

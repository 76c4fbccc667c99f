// LeaderGroup's commands that need facts of their own: the cluster, nodes, and labels of secrets and configs.
#include <algorithm>

#include "actors/leader_group.h"
#include "actors/origin.h"
#include "actors/stream_writer.h"
#include "events/domain/cluster.h"
#include "events/domain/config.h"
#include "events/domain/node.h"
#include "events/domain/secret.h"

namespace skein {
namespace {

node::NodeFacts facts_of(const NodeTable& nodes, const std::string& id) {
  node::NodeFacts facts;
  std::size_t voters = 0;
  std::size_t reachable_without = 0;
  for (const auto& [other_id, other] : nodes) {
    if (other->spec().role() == MANAGER) ++facts.managers;
    if (other->role() != MANAGER) continue;
    ++voters;
    if (other_id != id && other->manager().reachable()) ++reachable_without;
    facts.in_raft |= other_id == id;
  }
  // The group that is left must have a majority of its own size in reach.
  facts.quorum_without = voters > 1 && reachable_without >= (voters - 1) / 2 + 1;
  return facts;
}

}  // namespace

void LeaderGroup::submit_to_cluster(const Submit& submit) {
  const bool founding = submit.command->has_found_cluster();
  if (!founding && !cluster_)
    return submit.reply(refused(submit.command->id(), {Errc::not_found, "there is no cluster yet"}));
  auto state = cluster_;
  if (!state) {
    auto unborn = std::make_shared<Cluster>();
    unborn->set_id(submit.command->found_cluster().cluster_id());
    state = std::move(unborn);
  }
  wake(cluster_streams_, Aggregate::cluster, state->id(), state,
       Ask<Cluster>{[kept = submit.command](const Cluster& current, const DecideContext& context) {
                      return kept->has_found_cluster() ? cluster::decide(current, kept->found_cluster(), context)
                                                       : cluster::decide(current, kept->update_cluster(), context);
                    },
                    origin_of(submit, args_.node_id), submit.reply});
}

void LeaderGroup::submit_to_node(const Submit& submit) {
  const Command& command = *submit.command;
  std::string id;
  if (command.has_update_node()) id = command.update_node().node_id();
  if (command.has_remove_node()) id = command.remove_node().node_id();
  if (command.has_describe_node()) id = command.describe_node().node_id();
  if (command.has_set_node_status()) id = command.set_node_status().node_id();
  auto decide = [kept = submit.command, facts = facts_of(*nodes_, id)](
                    const Node& state, const DecideContext& context) -> Result<Decision> {
    if (kept->has_update_node()) return node::decide(state, kept->update_node(), facts, context);
    if (kept->has_remove_node()) return node::decide(state, kept->remove_node(), facts, context);
    if (kept->has_describe_node()) return node::decide(state, kept->describe_node(), context);
    return node::decide(state, kept->set_node_status(), context);
  };
  ask(AskAggregate{id, Ask<Node>{std::move(decide), origin_of(submit, args_.node_id), submit.reply}, Aggregate::node});
}

void LeaderGroup::submit_to_file(const Submit& submit) {
  const bool secret = submit.command->has_relabel_secret();
  const std::string& id =
      secret ? submit.command->relabel_secret().secret_id() : submit.command->relabel_config().config_id();
  const auto& files = secret ? secrets_ : configs_;
  const auto file = files.find(id);
  Payload stored;
  if (file != files.end()) {
    Result<Payload> read = args_.world->payload(file->second->spec().payload());
    if (!read) return submit.reply(refused(submit.command->id(), read.refusal()));
    stored = std::move(*read);
  }
  auto decide = [kept = submit.command, stored](const File& state, const DecideContext& context) {
    return kept->has_relabel_secret() ? secret::decide(state, kept->relabel_secret(), stored, context)
                                      : config::decide(state, kept->relabel_config(), stored, context);
  };
  ask(AskAggregate{id, Ask<File>{std::move(decide), origin_of(submit, args_.node_id), submit.reply},
                   secret ? Aggregate::secret : Aggregate::config});
}

}  // namespace skein

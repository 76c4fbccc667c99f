// LeaderGroup: what runs on a node only while it leads, and who is told what. The leadership actor's own data: made
// with the seed when a term opens, destroyed (and every child ended) when the lead is lost.
//
// Routing: one folded record goes to the service of each task it touched, the node it runs on, the scheduler, the
// reaper and the directory, in that order per receiver; then the caller sends the results to the proposers. Threads:
// the leadership actor's only. Errors: unknown ids are answered not_found through the ask's reply.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "actors/node_messages.h"

namespace caf {
class local_actor;
}

namespace skein {

struct GroupArgs {
  std::string node_id;
  WorldPtr world;
  AgentSession agent;
  LogActor log;
  LeadershipActor self;
  std::shared_ptr<const LeaderSeed> seed;
};

class LeaderGroup {
 public:
  LeaderGroup(caf::local_actor& parent, GroupArgs args);
  ~LeaderGroup();
  LeaderGroup(const LeaderGroup&) = delete;
  LeaderGroup& operator=(const LeaderGroup&) = delete;

  void submit(const Submit& submit);
  void ask(const AskTask& ask);
  void ask(const AskAggregate& ask);
  void folded(const FoldedRecordPtr& record);
  void rests(const Rests& rests);
  void service_gone(const ServiceGone& gone);

 private:
  template <class State>
  struct Awake {
    StreamActor<State> actor;
    std::uint64_t asked = 0;
  };
  using StreamKey = std::pair<Aggregate, std::string>;
  template <class State>
  using Streams = std::map<StreamKey, Awake<State>>;

  void start_nodes();
  void start_services();
  void start_service(const std::string& id, ServicePtr service, std::vector<std::pair<TaskPtr, SpecPtr>> tasks);
  void start_node(const NodePtr& node, std::vector<TaskForNode> tasks);
  TaskForNode for_node(const TaskPtr& task, const SpecPtr& spec, bool removed) const;

  void submit_to_cluster(const Submit& submit);
  void submit_to_node(const Submit& submit);
  void submit_to_file(const Submit& submit);
  void remove_service(const Submit& submit);

  template <class State>
  void wake(Streams<State>& streams, Aggregate kind, const std::string& id, std::shared_ptr<const State> state,
            const Ask<State>& ask);
  template <class State>
  static void let_rest(Streams<State>& streams, const Rests& rests);

  void follow(const FoldedChange& folded);
  void follow_cluster(const Change& change);
  void follow_node(const Change& change);
  void follow_service(const Change& change);
  void follow_task(const FoldedChange& folded);
  void follow_file(const Change& change, std::map<std::string, FilePtr, std::less<>>& files);

  caf::local_actor& parent_;
  GroupArgs args_;
  Term term_;
  ClusterPtr cluster_;
  std::shared_ptr<const NodeTable> nodes_;
  std::map<std::string, NetworkPtr, std::less<>> networks_;
  std::map<std::string, FilePtr, std::less<>> secrets_, configs_;
  DirectoryActor directory_;
  SchedulerActor scheduler_;
  ReaperActor reaper_;
  std::map<std::string, NodeActor, std::less<>> node_actors_;
  std::map<std::string, ServiceActor, std::less<>> service_actors_;
  Streams<Cluster> cluster_streams_;
  Streams<Network> network_streams_;
  Streams<File> file_streams_;
};

}  // namespace skein

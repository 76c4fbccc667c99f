// Directory: the facts behind the directory actor's decisions, as plain data. Not an actor, not thread-safe.
//
// Holds who has which name, who refers to what and which subnets and VNIs are spent; all of it follows the folded
// records. Answers with the facts that deciders ask for.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/messages.h"
#include "actors/plan/port_table.h"
#include "events/domain/network.h"

namespace skein {

class Directory {
 public:
  explicit Directory(const LeaderSeed& seed);
  void follow(const FoldedRecord& record);

  // Names are claimed while a birth is under way. Refused: "name conflicts with an existing object: ...".
  Result<void> claim_name(Aggregate kind, const std::string& name);
  void release_name(Aggregate kind, const std::string& name);

  // Do all networks, secrets and configs exist that `spec` refers to? Networks may be named by id or name.
  Result<void> check_references(const ServiceSpec& spec) const;
  network::NetworkFacts network_facts() const;
  network::NetworkUse use_of_network(const std::string& id) const;
  std::vector<std::string> services_using(Aggregate kind, const std::string& id) const;  // names

  ServicePtr service(const std::string& id) const;
  std::string network_id(const std::string& id_or_name) const;  // empty: there is none
  plan::PortTable& ports() { return ports_; }

 private:
  void follow_service(const Change& change);
  template <class Ptr>
  void follow_named(const Change& change, std::map<std::string, Ptr>& by_id);
  Result<void> check_files(const google::protobuf::RepeatedPtrField<FileReference>& files, Aggregate kind) const;

  std::map<std::string, ServicePtr> services_;
  std::map<std::string, NetworkPtr> networks_;
  std::map<std::string, FilePtr> secrets_, configs_;
  std::set<std::pair<Aggregate, std::string>> names_;  // taken or claimed
  plan::PortTable ports_;
  ClusterPtr cluster_;
};

}  // namespace skein

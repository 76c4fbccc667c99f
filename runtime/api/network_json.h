// Networks as Docker shows them: the engine's form (`network ls`, `network inspect`), and swarm's inside tasks. Pure.
#pragma once
#include <vector>

#include "events/views/view.h"
#include "runtime/api/json_out.h"
#include "runtime/api/json_reader.h"
#include "runtime/api/node_control.h"

namespace skein {

NetworkSpec network_spec_from_json(const JsonReader& from);
Json network_to_json(const Network& network);  // without who is on it
Json local_network_to_json(const LocalNetwork& network);
Json swarm_network_to_json(const Network& network);  // in a task's NetworksAttachments

// Who is on a network, for inspect.
struct NetworkUsers {
  struct User {
    TaskPtr task;
    std::string service;    // name
    std::string node_addr;  // where it runs
  };
  std::vector<User> users;  // tasks that run and have an address on it
  std::vector<ServicePtr> services;
};
NetworkUsers users_of(const View& view, const Network& network);
// Containers of `node_id` and peers; with `verbose` the services of the whole cluster on it.
void add_users(Json& into, const Network& network, const NetworkUsers& users, const std::string& node_id, bool verbose);

}  // namespace skein

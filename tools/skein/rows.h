// Rows: the listings of nodes, services, tasks, networks, secrets and configs, in docker's columns, order and words.
//
// Source: docker/cli cli/command/{node,service,task,network,secret,config}/formatter.go, idresolver and print.go, and
// the transcripts of a real swarm. Pure: from an Answer to a Listing.
#pragma once
#include <string>

#include "events/proto/control.pb.h"
#include "tools/skein/listing.h"

namespace skein::cli {

struct RowOptions {
  WallTime now;           // for ages
  bool no_trunc = false;  // whole ids, images and errors
};

Listing node_rows(const control::Answer& answer);
Listing service_rows(const control::Answer& answer);
Listing task_rows(const control::Answer& answer, const RowOptions& options);
Listing network_rows(const control::Answer& answer, const RowOptions& options);
Listing secret_rows(const control::Answer& answer, const RowOptions& options);
Listing config_rows(const control::Answer& answer, const RowOptions& options);

// Parts others show as well.
std::string mode_name(const ServiceSpec& spec);  // "replicated"
std::string state_name(TaskState state);         // "running"
Style style_of(TaskState state);
const control::ServiceCounts* counts_of(const control::Answer& answer, const std::string& service_id);
std::string replicas_text(const Service& service, const control::ServiceCounts& counts);  // "3/3"
std::string ports_text(const google::protobuf::RepeatedPtrField<PortConfig>& ports, PortConfig::PublishMode mode);
std::string hostname_of(const control::Answer& answer, const std::string& node_id);  // the id if it is not there
std::string task_label(const control::Answer& answer, const Task& task);             // "web.1", "glob.<node id>"

}  // namespace skein::cli

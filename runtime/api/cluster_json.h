// The cluster as Docker shows it (GET /swarm, Info.Swarm.Cluster), and its spec both ways. Pure; any thread.
#pragma once
#include "events/proto/state.pb.h"
#include "runtime/api/json_out.h"
#include "runtime/api/json_reader.h"

namespace skein {

Json cluster_to_json(const Cluster& cluster);
// The history limit is the one number whose 0 means 0: if it is absent, `history_limit` stands.
ClusterSpec cluster_spec_from_json(const JsonReader& from, std::int64_t history_limit);
Json cluster_spec_to_json(const ClusterSpec& spec);
// Subject and public key of a root certificate, as nodes report their issuer's. Empty fields if it is no certificate.
TlsInfo tls_info_of(const std::string& root_ca_pem);

}  // namespace skein

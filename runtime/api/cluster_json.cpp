#include "runtime/api/cluster_json.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "runtime/api/node_json.h"
#include "runtime/api/service_spec_json.h"

namespace skein {
namespace {

Json ca_to_json(const ClusterSpec& spec) {
  Json out = Json::object();
  put(out, "NodeCertExpiry", spec.node_cert_expiry_ns());
  for (const ExternalCa& ca : spec.external_cas()) {
    Json each{{"Protocol", ca.protocol()}, {"URL", ca.url()}};
    put(each, "Options", ca.options());
    each["CACert"] = ca.ca_cert();
    out["ExternalCAs"].push_back(std::move(each));
  }
  put(out, "ForceRotate", spec.ca_force_rotate());
  return out;
}

Json raft_to_json(const ClusterSpec& spec) {
  return Json{{"SnapshotInterval", spec.snapshot_interval()},
              {"KeepOldSnapshots", spec.keep_old_snapshots()},
              {"LogEntriesForSlowFollowers", spec.log_entries_for_slow_followers()},
              {"ElectionTick", spec.election_tick()},
              {"HeartbeatTick", spec.heartbeat_tick()}};
}

template <class Print>
std::string der(const Print& print) {
  unsigned char* bytes = nullptr;
  const int size = print(&bytes);
  if (size <= 0) return {};
  const std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

void read_ca(const JsonReader& from, ClusterSpec& spec) {
  spec.set_node_cert_expiry_ns(from.integer("NodeCertExpiry"));
  spec.set_ca_force_rotate(from.natural("ForceRotate"));
  for (const JsonReader& each : from.objects("ExternalCAs")) {
    ExternalCa& ca = *spec.add_external_cas();
    ca.set_protocol(each.text("Protocol"));
    ca.set_url(each.text("URL"));
    each.labels("Options", ca.mutable_options());
    ca.set_ca_cert(each.text("CACert"));
  }
}

void read_raft(const JsonReader& from, ClusterSpec& spec) {
  spec.set_snapshot_interval(from.natural("SnapshotInterval"));
  spec.set_keep_old_snapshots(from.natural("KeepOldSnapshots"));
  spec.set_log_entries_for_slow_followers(from.natural("LogEntriesForSlowFollowers"));
  spec.set_election_tick(from.natural32("ElectionTick"));
  spec.set_heartbeat_tick(from.natural32("HeartbeatTick"));
}

}  // namespace

TlsInfo tls_info_of(const std::string& root_ca_pem) {
  TlsInfo info;
  info.set_trust_root(root_ca_pem);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio{
      BIO_new_mem_buf(root_ca_pem.data(), static_cast<int>(root_ca_pem.size())), BIO_free};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{
      bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr, X509_free};
  if (!certificate) return info;
  info.set_cert_issuer_subject(
      der([&](unsigned char** out) { return i2d_X509_NAME(X509_get_subject_name(certificate.get()), out); }));
  info.set_cert_issuer_public_key(
      der([&](unsigned char** out) { return i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), out); }));
  return info;
}

Json cluster_spec_to_json(const ClusterSpec& spec) {
  Json out{{"Name", spec.name()}, {"Labels", labels_json(spec.labels())}};
  out["Orchestration"] = Json{{"TaskHistoryRetentionLimit", spec.task_history_limit()}};
  out["Raft"] = raft_to_json(spec);
  out["Dispatcher"] = Json{{"HeartbeatPeriod", spec.dispatcher_heartbeat_ns()}};
  out["CAConfig"] = ca_to_json(spec);
  out["TaskDefaults"] = Json::object();
  if (spec.has_default_log_driver()) out["TaskDefaults"]["LogDriver"] = log_driver_to_json(spec.default_log_driver());
  out["EncryptionConfig"] = Json{{"AutoLockManagers", spec.auto_lock_managers()}};
  return out;
}

ClusterSpec cluster_spec_from_json(const JsonReader& from, std::int64_t history_limit) {
  ClusterSpec spec;
  spec.set_name(from.text("Name"));
  from.labels("Labels", spec.mutable_labels());
  const JsonReader orchestration = from.object("Orchestration");
  const bool has_limit = orchestration.has("TaskHistoryRetentionLimit");
  spec.set_task_history_limit(has_limit ? orchestration.integer("TaskHistoryRetentionLimit") : history_limit);
  read_raft(from.object("Raft"), spec);
  spec.set_dispatcher_heartbeat_ns(from.object("Dispatcher").integer("HeartbeatPeriod"));
  read_ca(from.object("CAConfig"), spec);
  const JsonReader defaults = from.object("TaskDefaults");
  if (defaults.has("LogDriver"))
    *spec.mutable_default_log_driver() = log_driver_from_json(defaults.object("LogDriver"));
  spec.set_auto_lock_managers(from.object("EncryptionConfig").flag("AutoLockManagers"));
  return spec;
}

Json cluster_to_json(const Cluster& cluster) {
  Json out = object_head(cluster);
  out["Spec"] = cluster_spec_to_json(cluster.spec());
  out["TLSInfo"] = tls_to_json(tls_info_of(cluster.root_ca_cert_pem()));
  out["RootRotationInProgress"] = false;
  out["DefaultAddrPool"] = texts_json(cluster.default_addr_pool());
  out["SubnetSize"] = cluster.subnet_size();
  out["DataPathPort"] = cluster.data_path_port();
  return out;
}

}  // namespace skein

#include "actors/directory.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/domain/service.h"

namespace skein {
namespace {

const char* word_for(Aggregate kind) {
  switch (kind) {
    case Aggregate::service:
      return "service";
    case Aggregate::network:
      return "network";
    case Aggregate::secret:
      return "secret";
    default:
      return "config";
  }
}

}  // namespace

Directory::Directory(const LeaderSeed& seed) : cluster_{seed.cluster} {
  for (const ServicePtr& service : seed.services) follow_service({Aggregate::service, service->id(), false, service});
  for (const NetworkPtr& network : seed.networks)
    follow_named({Aggregate::network, network->id(), false, network}, networks_);
  for (const FilePtr& file : seed.secrets) follow_named({Aggregate::secret, file->id(), false, file}, secrets_);
  for (const FilePtr& file : seed.configs) follow_named({Aggregate::config, file->id(), false, file}, configs_);
}

void Directory::follow(const FoldedRecord& record) {
  for (const FoldedChange& folded : record.changes) {
    const Change& change = folded.change;
    if (change.kind == Aggregate::service) follow_service(change);
    if (change.kind == Aggregate::network) follow_named(change, networks_);
    if (change.kind == Aggregate::secret) follow_named(change, secrets_);
    if (change.kind == Aggregate::config) follow_named(change, configs_);
    if (const auto* cluster = std::get_if<ClusterPtr>(&change.state)) cluster_ = *cluster;
  }
}

void Directory::follow_service(const Change& change) {
  const ServicePtr& service = std::get<ServicePtr>(change.state);
  if (change.removed) {
    ports_.release(change.id);
  } else {
    ports_.hold(change.id, service->spec().name(), service->endpoint());
  }
  follow_named(change, services_);
}

template <class Ptr>
void Directory::follow_named(const Change& change, std::map<std::string, Ptr>& by_id) {
  const Ptr& state = std::get<Ptr>(change.state);
  if (change.removed) {
    names_.erase({change.kind, state->spec().name()});
    by_id.erase(change.id);
  } else {
    names_.insert({change.kind, state->spec().name()});
    by_id[change.id] = state;
  }
}

Result<void> Directory::claim_name(Aggregate kind, const std::string& name) {
  if (names_.insert({kind, name}).second) return {};
  return Refusal{Errc::already_exists, kind == Aggregate::network
                                           ? fmt::format("network with name {} already exists", name)
                                           : fmt::format("name conflicts with an existing object: {} {} already exists",
                                                         word_for(kind), name)};
}

void Directory::release_name(Aggregate kind, const std::string& name) { names_.erase({kind, name}); }

std::string Directory::network_id(const std::string& id_or_name) const {
  if (networks_.contains(id_or_name)) return id_or_name;
  for (const auto& [id, network] : networks_)
    if (network->spec().name() == id_or_name) return id;
  return {};
}

Result<void> Directory::check_files(const google::protobuf::RepeatedPtrField<FileReference>& files,
                                    Aggregate kind) const {
  const auto& known = kind == Aggregate::secret ? secrets_ : configs_;
  for (const FileReference& file : files) {
    const auto it = known.find(file.id());
    if (it == known.end() || it->second->spec().name() != file.name())
      return Refusal{Errc::invalid, fmt::format("{} not found: {}", word_for(kind), file.name())};
  }
  return {};
}

Result<void> Directory::check_references(const ServiceSpec& spec) const {
  for (const NetworkAttachmentConfig& attachment : service::networks(spec)) {
    const std::string id = network_id(attachment.target());
    if (id.empty()) return Refusal{Errc::not_found, fmt::format("network {} not found", attachment.target())};
    if (networks_.at(id)->spec().ingress())
      return Refusal{Errc::invalid, "Service cannot be explicitly attached to the ingress network \"" +
                                        networks_.at(id)->spec().name() + "\""};
  }
  if (Result<void> ok = check_files(spec.task().container().secrets(), Aggregate::secret); !ok) return ok;
  return check_files(spec.task().container().configs(), Aggregate::config);
}

network::NetworkFacts Directory::network_facts() const {
  network::NetworkFacts facts;
  for (const auto& [id, network] : networks_) {
    if (network->spec().ingress()) facts.ingress_id = id;
    if (network->vni() != 0) facts.used_vnis.push_back(network->vni());
    for (const IpamConfig& ipam : network->ipam()) facts.used_subnets.push_back(ipam.subnet());
  }
  if (cluster_) {
    facts.default_pool.assign(cluster_->default_addr_pool().begin(), cluster_->default_addr_pool().end());
    facts.subnet_size = cluster_->subnet_size();
  }
  return facts;
}

network::NetworkUse Directory::use_of_network(const std::string& id) const {
  network::NetworkUse use;
  for (const auto& [service_id, service] : services_) {
    const auto& attachments = service::networks(service->spec());
    const bool uses = std::any_of(attachments.begin(), attachments.end(),
                                  [&](const auto& attachment) { return network_id(attachment.target()) == id; });
    if (uses) use.services.push_back(service->spec().name());
  }
  return use;
}

std::vector<std::string> Directory::services_using(Aggregate kind, const std::string& id) const {
  std::vector<std::string> names;
  for (const auto& [service_id, service] : services_) {
    const ContainerSpec& container = service->spec().task().container();
    const auto& files = kind == Aggregate::secret ? container.secrets() : container.configs();
    if (std::any_of(files.begin(), files.end(), [&](const FileReference& file) { return file.id() == id; }))
      names.push_back(service->spec().name());
  }
  return names;
}

ServicePtr Directory::service(const std::string& id) const {
  const auto it = services_.find(id);
  return it == services_.end() ? nullptr : it->second;
}

}  // namespace skein

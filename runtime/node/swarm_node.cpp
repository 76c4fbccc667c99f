#include "runtime/node/swarm_node.h"

#include <openssl/sha.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <filesystem>
#include <latch>

#include "events/domain/cluster.h"
#include "runtime/identity/root_ca.h"
#include "runtime/node/host_facts.h"

namespace skein {
namespace {

constexpr std::string_view kManagerPort = "2377";

const char* const kAlreadyPart =
    "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and join another one.";
const char* const kLastManager =
    "You are attempting to leave the swarm on a node that is participating as a manager. Removing the last manager "
    "erases all current state of the swarm. Use `--force` to ignore this message.";

std::string hex_id(const std::string& text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace

Result<std::unique_ptr<SwarmNode>> SwarmNode::open(Parts parts) {
  std::unique_ptr<SwarmNode> node{new SwarmNode(std::move(parts))};
  if (Result<void> back = node->come_back(); !back) return back.refusal();
  return node;
}

SwarmNode::~SwarmNode() { stop(); }

void SwarmNode::stop() {
  std::shared_ptr<Membership> membership;
  {
    const std::lock_guard lock{mutex_};
    membership = membership_;
  }
  if (membership) membership->system->stop();
}

std::shared_ptr<Gateway> SwarmNode::gateway() const {
  const std::lock_guard lock{mutex_};
  if (!membership_) return nullptr;
  return {membership_, membership_->system.get()};
}

// ---- starting ------------------------------------------------------------------------------------------------------

Result<void> SwarmNode::come_back() {
  std::error_code error;
  std::filesystem::create_directories(parts_.config.data_root, error);
  Result<std::optional<NodeFile>> file = read_node_file(swarm_dir() + "/node.json");
  if (!file) return file.refusal();
  if (!*file) {
    remove_containers();  // nobody will ever want what an earlier swarm left behind
    return {};
  }
  Result<std::shared_ptr<Membership>> membership = start(**file);
  if (!membership) return membership.refusal();
  bool founded = (*membership)->log->last().value() > 1;
  if (founded) {
    const std::lock_guard lock{mutex_};
    membership_ = std::move(*membership);
    return {};
  }
  spdlog::warn("founding a swarm did not finish in an earlier run; forgetting it");
  membership->reset();
  std::filesystem::remove_all(swarm_dir(), error);
  return {};
}

Result<std::shared_ptr<SwarmNode::Membership>> SwarmNode::start(const NodeFile& file) {
  LmdbLog::Options options;
  options.directory = swarm_dir() + "/log";
  options.data_key_file = swarm_dir() + "/data.key";
  Result<std::unique_ptr<LmdbLog>> log = LmdbLog::open(options);
  if (!log) return log.refusal();
  auto membership = std::make_shared<Membership>();
  membership->file = file;
  membership->log = std::move(*log);
  ClusterParts cluster;
  cluster.node_id = file.node_id;
  cluster.addr = file.manager_addr;
  cluster.log = membership->log.get();
  cluster.executor = &parts_.executor;
  cluster.plane = &parts_.plane;
  cluster.clock = &parts_.clock;
  cluster.make_rng = parts_.make_rng;
  cluster.description = describe_node(parts_.facts);
  cluster.found = std::exchange(parts_.found, {});
  for (const FoundContainer& found : cluster.found) cluster.found_sandboxes.push_back(sandbox_of(found));
  cluster.give_up = parts_.give_up;
  Result<std::unique_ptr<ClusterSystem>> system = ClusterSystem::start(std::move(cluster));
  if (!system) return system.refusal();
  membership->system = std::move(*system);
  return membership;
}

// What a container that runs on needs of the network before its runner asks again.
WantedSandbox SwarmNode::sandbox_of(const FoundContainer& found) const {
  WantedSandbox wanted;
  wanted.task = found.task;
  wanted.serving = found.running;
  if (Result<ContainerRecord> record = parts_.executor.directory().of_task(found.task.str()); record && record->task)
    wanted.ports.assign(record->task->endpoint().ports().begin(), record->task->endpoint().ports().end());
  return wanted;
}

// ---- founding ------------------------------------------------------------------------------------------------------

Result<NodeFile> SwarmNode::new_node_file(const SwarmInit& request) const {
  Result<std::string> addr = resolve_address(request.advertise_addr, {});
  if (!addr) return addr.refusal();
  const auto rng = parts_.make_rng();
  NodeFile file;
  file.node_id = random_id(*rng);
  file.cluster_id = random_id(*rng);
  file.addr = *addr;
  const auto colon = request.advertise_addr.rfind(':');
  const std::string port = colon != std::string::npos && request.advertise_addr.find(':') == colon
                               ? request.advertise_addr.substr(colon + 1)
                               : std::string{kManagerPort};
  file.manager_addr = file.addr + ":" + port;
  return file;
}

Result<Command> SwarmNode::founding(const SwarmInit& request, const NodeFile& file) const {
  Result<RootCa> ca = make_root_ca(parts_.clock.now());
  if (!ca) return ca.refusal();
  const auto rng = parts_.make_rng();
  Command command;
  FoundCluster& found = *command.mutable_found_cluster();
  *found.mutable_spec() = request.spec;
  found.set_cluster_id(file.cluster_id);
  found.set_root_ca_cert_pem(ca->cert_pem);
  found.set_root_ca_key(ca->key_pem);
  found.set_worker_token(make_join_token(ca->cert_pem, *rng));
  found.set_manager_token(make_join_token(ca->cert_pem, *rng));
  for (const std::string& pool : request.default_addr_pool) found.add_default_addr_pool(pool);
  found.set_subnet_size(request.subnet_size);
  found.set_data_path_port(request.data_path_port);
  found.set_node_id(file.node_id);
  found.mutable_node_spec()->set_role(MANAGER);
  found.mutable_node_spec()->set_availability(request.availability);
  *found.mutable_node_description() = describe_node(parts_.facts);
  if (Result<IssuerInfo> issuer = issuer_of(ca->cert_pem)) {
    TlsInfo& tls = *found.mutable_node_description()->mutable_tls();
    tls.set_trust_root(ca->cert_pem);
    tls.set_cert_issuer_subject(issuer->subject);
    tls.set_cert_issuer_public_key(issuer->public_key);
  }
  found.set_node_addr(file.addr);
  found.set_manager_addr(file.manager_addr);
  return command;
}

Result<std::string> SwarmNode::init(const SwarmInit& request, const Caller& caller) {
  const std::lock_guard changing{changing_};
  if (gateway()) {
    if (request.force_new_cluster) return membership_->file.node_id;  // it is alone already
    return Refusal{Errc::unavailable, kAlreadyPart};
  }
  if (request.auto_lock_managers)
    return Refusal{Errc::unimplemented, "autolock is not supported yet; found the swarm without --autolock"};
  Result<NodeFile> file = new_node_file(request);
  if (!file) return file.refusal();
  std::error_code error;
  std::filesystem::remove_all(swarm_dir(), error);
  std::filesystem::create_directories(swarm_dir() + "/log", error);
  ::chmod(swarm_dir().c_str(), 0700);
  if (Result<void> written = write_node_file(swarm_dir() + "/node.json", *file); !written) return written.refusal();
  Result<Command> command = founding(request, *file);
  if (!command) return command.refusal();
  Result<std::shared_ptr<Membership>> membership = start(*file);
  if (!membership) return membership.refusal();
  const Outcome outcome = (*membership)->system->submit(std::move(*command), caller);
  if (outcome.code() != 0) {
    (*membership)->system->stop();
    membership->reset();
    std::filesystem::remove_all(swarm_dir(), error);
    return Refusal{static_cast<Errc>(outcome.code()), outcome.text()};
  }
  const std::lock_guard lock{mutex_};
  membership_ = std::move(*membership);
  spdlog::info("founded swarm {} as node {}", file->cluster_id, file->node_id);
  return file->node_id;
}

// ---- leaving -------------------------------------------------------------------------------------------------------

void SwarmNode::remove_containers() {
  const std::vector<ContainerRecord> containers = parts_.executor.directory().list();
  std::latch done{static_cast<std::ptrdiff_t>(containers.size())};
  for (const ContainerRecord& container : containers)
    parts_.executor.remove(TaskId{container.task_id}, [&done, id = container.id](const Result<ContainerInfo>& removed) {
      if (!removed) spdlog::warn("container {:.12}: {}", id, removed.refusal().text);
      done.count_down();
    });
  done.wait();
  if (Result<void> cleared = parts_.plane.clear(); !cleared) spdlog::warn("network: {}", cleared.refusal().text);
}

Result<void> SwarmNode::leave(bool force, const Caller& caller) {
  const std::lock_guard changing{changing_};
  std::shared_ptr<Membership> membership;
  {
    const std::lock_guard lock{mutex_};
    if (!membership_) return Refusal{Errc::unavailable, "This node is not part of a swarm"};
    if (!force) return Refusal{Errc::unavailable, kLastManager};
    membership = std::move(membership_);
  }
  spdlog::info("leaving swarm {}, as {} asked", membership->file.cluster_id, caller.principal);
  membership->system->stop();
  remove_containers();
  std::error_code error;
  std::filesystem::remove_all(swarm_dir(), error);
  if (error) return Refusal{Errc::fault, swarm_dir() + " could not be removed: " + error.message()};
  return {};
}

Result<void> SwarmNode::join(const SwarmJoin&, const Caller&) {
  if (gateway()) return Refusal{Errc::unavailable, kAlreadyPart};
  return Refusal{Errc::unimplemented, "joining a swarm is not supported yet: Skein runs on one node so far"};
}

Result<void> SwarmNode::unlock(const std::string&) { return Refusal{Errc::conflict, "swarm is not locked"}; }

Result<std::string> SwarmNode::login(const RegistryLogin&) {
  return Refusal{Errc::unimplemented,
                 "login is not checked by this daemon yet; give --with-registry-auth a config.json you have"};
}

// ---- facts ---------------------------------------------------------------------------------------------------------

LocalState SwarmNode::state() const {
  const std::lock_guard lock{mutex_};
  LocalState state;
  if (!membership_) return state;
  state.kind = LocalState::Kind::active;
  state.manager = true;
  state.node_id = membership_->file.node_id;
  state.node_addr = membership_->file.addr;
  state.leader_id = membership_->file.node_id;
  state.remote_managers = {{membership_->file.node_id, membership_->file.manager_addr}};
  return state;
}

std::vector<LocalNetwork> SwarmNode::local_networks() const {
  const std::string& id = parts_.facts.id;
  std::vector<LocalNetwork> networks = {{hex_id(id + "/host"), "host", "host", "", "", 0},
                                        {hex_id(id + "/none"), "none", "null", "", "", 0}};
  if (Result<BridgeInfo> bridge = parts_.plane.bridge(); bridge && gateway())
    networks.push_back({hex_id(id + "/bridge"), bridge->name, "bridge", bridge->subnet, bridge->gateway, 0});
  return networks;
}

}  // namespace skein

#include "tests/runtime/api/world.h"

#include <array>

namespace skein {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

class FakeTail final : public LogTail {
 public:
  FakeTail(FakeGateway& gateway, LogIndex from) : gateway_{gateway}, next_{from} {}
  Result<std::vector<RecordPtr>> next(std::chrono::milliseconds wait) override {
    std::vector<RecordPtr> records = gateway_.records_after(next_, wait);
    if (!records.empty()) next_ = skein::next(LogIndex{records.back()->index()});
    return records;
  }

 private:
  FakeGateway& gateway_;
  LogIndex next_;
};

struct StringBody final : BodySource {
  explicit StringBody(std::string its_text) : text{std::move(its_text)} {}
  Result<std::size_t> read(char* into, std::size_t size_max) override {
    const std::size_t count = text.copy(into, size_max, at);
    at += count;
    return count;
  }
  std::string text;
  std::size_t at = 0;
};

struct StringStream final : OutStream {
  bool open() override { return true; }
  bool write(std::string_view bytes) override {
    text += bytes;
    return true;
  }
  bool gone() override { return false; }
  std::string text;
};

NodeDescription description_of(const std::string& hostname) {
  NodeDescription description;
  description.set_hostname(hostname);
  description.mutable_platform()->set_architecture("x86_64");
  description.mutable_platform()->set_os("linux");
  description.mutable_resources()->set_nano_cpus(2 * kSecondNs);
  description.mutable_resources()->set_memory_bytes(25276502016);
  description.set_engine_version("0.1.0");
  Plugin& plugin = *description.add_plugins();
  plugin.set_type("Volume");
  plugin.set_name("local");
  description.mutable_tls()->set_trust_root("root");
  description.mutable_tls()->set_cert_issuer_subject("subject");
  description.mutable_tls()->set_cert_issuer_public_key("key");
  return description;
}

Event joined(const std::string& id, const std::string& hostname, const std::string& addr, NodeRole role) {
  Event event = event_about(id);
  NodeJoined& body = *event.mutable_node_joined();
  body.set_role(role);
  body.mutable_spec()->set_role(role);
  *body.mutable_description() = description_of(hostname);
  body.set_addr(addr);
  if (role == MANAGER) body.set_manager_addr(addr + ":2377");
  return event;
}

Event ready(const std::string& id, const std::string& addr) {
  Event event = event_about(id);
  event.mutable_node_status_changed()->mutable_status()->set_state(NodeStatus::READY);
  event.mutable_node_status_changed()->mutable_status()->set_addr(addr);
  return event;
}

Event founded() {
  Event event = event_about("obm3qfqspv0gati3pkiu96jdl");
  ClusterFounded& body = *event.mutable_cluster_founded();
  body.mutable_spec()->set_name("default");
  body.mutable_spec()->set_task_history_limit(5);
  body.mutable_spec()->set_snapshot_interval(10000);
  body.mutable_spec()->set_election_tick(10);
  body.mutable_spec()->set_heartbeat_tick(1);
  body.mutable_spec()->set_dispatcher_heartbeat_ns(5 * kSecondNs);
  body.mutable_spec()->set_node_cert_expiry_ns(7776000 * kSecondNs);
  body.set_worker_token_payload("worker-digest");
  body.set_manager_token_payload("manager-digest");
  body.add_default_addr_pool("10.0.0.0/8");
  body.set_subnet_size(24);
  body.set_data_path_port(4789);
  return event;
}

Event ingress() {
  Event event = event_about(kIngress);
  NetworkCreated& body = *event.mutable_network_created();
  body.mutable_spec()->set_name("ingress");
  body.mutable_spec()->set_driver("overlay");
  body.mutable_spec()->set_ingress(true);
  IpamConfig& ipam = *body.add_ipam();
  ipam.set_subnet("10.0.0.0/24");
  ipam.set_gateway("10.0.0.1");
  body.set_vni(4096);
  return event;
}

Event created(const std::string& id, const ServiceSpec& spec) {
  Event event = event_about(id);
  *event.mutable_service_created()->mutable_spec() = spec;
  Endpoint& endpoint = *event.mutable_service_created()->mutable_endpoint();
  *endpoint.mutable_spec() = spec.endpoint();
  *endpoint.mutable_ports() = spec.endpoint().ports();
  return event;
}

Event born(const std::string& id, const std::string& service, std::uint64_t version, std::uint64_t slot) {
  Event event = event_about(id);
  TaskCreated& body = *event.mutable_task_created();
  body.set_service_id(service);
  body.set_spec_version(version);
  body.set_slot(slot);
  body.set_desired(TASK_RUNNING);
  body.set_state(TASK_PENDING);
  return event;
}

Event assigned(const std::string& id, const std::string& node, const std::string& address) {
  Event event = event_about(id);
  event.mutable_task_assigned()->set_node_id(node);
  TaskNetwork& network = *event.mutable_task_assigned()->add_networks();
  network.set_network_id(kIngress);
  network.add_addresses(address);
  return event;
}

Event observed(const std::string& id, TaskState state, std::int64_t at_ns) {
  Event event = event_about(id);
  TaskStatus& status = *event.mutable_task_observed()->mutable_status();
  status.set_state(state);
  status.set_at_ns(at_ns);
  status.set_message("started");
  status.set_has_container(true);
  status.set_container_id("c" + id);
  status.set_pid(468);
  return event;
}

Image image_bb() {
  Image image;
  image.id = "sha256:dcb8a99dc58f628fb4f80a203387a040a4ec13934d099c0f1af14c69d81f24d6";
  image.tags = {"bb:1"};
  image.created_s = 1'795'000'000;
  image.created = "2026-11-18T00:00:00Z";
  image.size_bytes = 4'000'000;
  image.architecture = "amd64";
  image.os = "linux";
  image.config.cmd = {"sh"};
  return image;
}

}  // namespace

ContainerRecord container_of(const std::string& task, std::uint64_t slot, std::int64_t created_ns) {
  auto assignment = std::make_shared<AssignedTask>();
  assignment->set_id(task);
  assignment->set_service_id(kWeb);
  assignment->set_service_name("web");
  assignment->set_slot(slot);
  assignment->set_node_id(kNode1);
  *assignment->mutable_spec() = simple_spec("web", "bb:1").task();
  TaskNetwork& network = *assignment->add_networks();
  network.set_network_id(kIngress);
  network.add_addresses("10.0.0.8/24");
  ContainerRecord record;
  record.id = "c" + task;
  record.name = "web." + std::to_string(slot) + "." + task;
  record.task_id = task;
  record.image = "bb:1";
  record.image_id = "sha256:dcb8";
  record.argv = {"sleep", "100000"};
  record.task = assignment;
  record.created = WallTime{created_ns};
  record.started = WallTime{created_ns + kSecondNs};
  record.running = true;
  record.pid = 468;
  return record;
}

Event event_about(const std::string& id) {
  Event event;
  event.set_id(id);
  return event;
}

ServiceSpec simple_spec(const std::string& name, const std::string& image) {
  ServiceSpec spec;
  spec.set_name(name);
  spec.mutable_task()->mutable_container()->set_image(image);
  spec.mutable_task()->mutable_container()->add_args("sleep");
  spec.mutable_task()->mutable_container()->add_args("100000");
  spec.mutable_replicated()->set_replicas(1);
  return spec;
}

Outcome FakeGateway::submit(Command command, const Caller& caller) {
  Outcome refused;
  refused.set_code(static_cast<std::uint32_t>(Errc::fault));
  refused.set_text("this test accepts no commands");
  commands.push_back(command);
  last_caller = caller;
  return on_submit ? on_submit(command) : refused;
}

void FakeGateway::read(const std::function<void(const View&)>& reader) {
  const std::lock_guard lock{mutex_};
  reader(view_);
}

Result<void> FakeGateway::read_at(Moment moment, const std::function<void(const View&)>& reader) {
  const std::lock_guard lock{mutex_};
  View then;
  for (const RecordPtr& record : records_) {
    const auto* index = std::get_if<LogIndex>(&moment);
    if (index ? record->index() > index->value() : record->at_ns() > std::get<WallTime>(moment).ns) break;
    then.apply(*record);
  }
  reader(then);
  return {};
}

std::unique_ptr<LogTail> FakeGateway::tail(LogIndex from) { return std::make_unique<FakeTail>(*this, from); }

Result<RecordPtr> FakeGateway::record(LogIndex index) {
  const std::lock_guard lock{mutex_};
  if (index.value() == 0 || index.value() > records_.size()) return Refusal{Errc::not_found, "no such record"};
  return records_[index.value() - 1];
}

Result<std::string> FakeGateway::payload(const std::string& digest) {
  const auto it = payloads.find(digest);
  if (it == payloads.end()) return Refusal{Errc::not_found, "no such payload"};
  return it->second;
}

std::uint64_t FakeGateway::append(Record record) {
  const std::lock_guard lock{mutex_};
  record.set_index(records_.size() + 1);
  record.set_term(1);
  if (record.at_ns() == 0) record.set_at_ns(1'795'175'000 * kSecondNs + static_cast<std::int64_t>(record.index()));
  view_.apply(record);
  records_.push_back(std::make_shared<const Record>(record));
  grown_.notify_all();
  return records_.size();
}

std::uint64_t FakeGateway::append(Event event) {
  Record record;
  *record.add_events() = std::move(event);
  return append(std::move(record));
}

std::vector<RecordPtr> FakeGateway::records_after(LogIndex from, std::chrono::milliseconds wait) {
  std::unique_lock lock{mutex_};
  grown_.wait_for(lock, wait, [&] { return records_.size() >= from.value(); });
  if (records_.size() < from.value()) return {};
  return {records_.begin() + static_cast<std::ptrdiff_t>(from.value()) - 1, records_.end()};
}

Result<std::string> FakeNode::init(const SwarmInit& request, const Caller&) {
  last_init = request;
  return std::string{kNode1};
}
Result<void> FakeNode::join(const SwarmJoin& request, const Caller&) {
  last_join = request;
  return {};
}
Result<void> FakeNode::leave(bool force, const Caller&) {
  if (state_now.kind == LocalState::Kind::inactive)
    return Refusal{Errc::unavailable, "This node is not part of a swarm"};
  if (!force) return Refusal{Errc::unavailable, "You are attempting to leave the swarm on a node that is a manager."};
  return {};
}
Result<void> FakeNode::unlock(const std::string& key) {
  if (key != "SWMKEY-1-right")
    return Refusal{Errc::unauthenticated, "swarm could not be unlocked: invalid key provided"};
  return {};
}

HostFacts FakeNode::facts() const {
  HostFacts facts;
  facts.id = "GSRW:K2OP";
  facts.hostname = "node1";
  facts.operating_system = "Debian GNU/Linux 12 (bookworm)";
  facts.kernel = "6.1.0";
  facts.architecture = "x86_64";
  facts.cpus = 2;
  facts.memory_bytes = 25276502016;
  facts.cgroup_driver = "cgroupfs";
  facts.cgroup_version = "2";
  facts.data_root = "/var/lib/skein";
  facts.insecure_registries = {"127.0.0.0/8"};
  facts.log_drivers = {"json-file"};
  facts.network_drivers = {"overlay"};
  facts.volume_drivers = {"local"};
  facts.engine_version = "0.1.0";
  facts.git_commit = "abc1234";
  facts.build_time = "2026-11-20T12:00:00.000000000+00:00";
  facts.default_runtime = "crun";
  facts.components = {{"crun", "1.8.1", "f8a096be060b22ccd3d5f3ebe44108517fbf6c30"}};
  return facts;
}

std::vector<LocalNetwork> FakeNode::local_networks() const {
  return {{"cdaf71fc5b28", "bridge", "bridge", "172.17.0.0/16", "172.17.0.1", 0},
          {"1212498c43bf", "host", "host", "", "", 0},
          {"96d6c5ea3353", "none", "null", "", "", 0}};
}

Result<std::string> FakeNode::login(const RegistryLogin& login) {
  if (login.password != "right") return Refusal{Errc::unauthenticated, "incorrect username or password"};
  return std::string{};
}

Result<Image> FakeImages::find(const std::string& reference) const {
  for (const Image& image : images)
    for (const std::string& tag : image.tags)
      if (tag == reference) return image;
  return Refusal{Errc::not_found, "No such image: " + reference};
}
Result<nlohmann::json> FakeImages::history(const std::string&) const { return nlohmann::json::array(); }
Result<void> FakeImages::load(const ByteSource& archive, const Progress& progress) {
  std::array<char, 65536> piece;
  while (true) {
    auto count = archive(piece.data(), piece.size());
    if (!count) return count.refusal();
    if (*count == 0) break;
    loaded_bytes += *count;
  }
  progress({{"stream", "Loaded image: bb:1\n"}});
  return {};
}
Result<std::string> FakeImages::import(const ByteSource&, const std::string&, const std::string&,
                                       const std::vector<std::string>&, const std::string&) {
  return std::string{"sha256:new"};
}
Result<void> FakeImages::tag(const std::string& reference, const std::string&, const std::string&) {
  auto image = find(reference);
  if (!image) return image.refusal();
  return {};
}
Result<RemovedImage> FakeImages::remove(const std::string& reference, bool,
                                        const std::function<std::string(const std::string&)>&) {
  auto image = find(reference);
  if (!image) return image.refusal();
  return RemovedImage{{reference}, {image->id}};
}
Result<std::string> FakeImages::pull(const PullRequest& request, const Progress& progress) {
  if (request.reference == "gone:1") return Refusal{Errc::not_found, "manifest for gone:1 not found: manifest unknown"};
  progress({{"status", "Pulling from library/bb"}, {"id", "1"}});
  if (request.reference == "broken:1") return Refusal{Errc::fault, "unexpected EOF"};
  progress({{"status", "Status: Downloaded newer image for bb:1"}});
  return std::string{"sha256:dcb8"};
}
Result<Distribution> FakeImages::distribution(const PullRequest& request) {
  return Refusal{Errc::not_found, "no basic auth credentials for " + request.reference};
}

std::vector<ContainerRecord> FakeContainers::list() const {
  const std::lock_guard lock{mutex_};
  return containers;
}
void FakeContainers::come(const ContainerRecord& container, std::vector<LogLine> its_lines) {
  const std::lock_guard lock{mutex_};
  containers.push_back(container);
  lines[container.id] = std::move(its_lines);
}
Result<ContainerRecord> FakeContainers::find(const std::string& typed) const {
  for (const ContainerRecord& container : containers)
    if (container.id.starts_with(typed) || container.name == typed) return container;
  return Refusal{Errc::not_found, "No such container: " + typed};
}
Result<void> FakeContainers::logs(const std::string& id, const LogQuery& query,
                                  const std::function<bool(const LogLine&)>& line, const std::function<bool()>&) const {
  std::vector<LogLine> all;
  {
    const std::lock_guard lock{mutex_};
    const auto it = lines.find(id);
    if (it == lines.end()) return Refusal{Errc::unimplemented, "configured logging driver does not support reading"};
    all = it->second;
  }
  const std::size_t skip =
      query.tail && *query.tail < all.size() ? all.size() - static_cast<std::size_t>(*query.tail) : 0;
  for (std::size_t i = skip; i < all.size(); ++i) {
    const LogLine& each = all[i];
    if ((each.error_stream ? query.err : query.out) && !line(each)) return {};
  }
  return {};
}
Result<ContainerRecord> FakeContainers::of_task(const std::string& task_id) const {
  for (const ContainerRecord& container : containers)
    if (container.task_id == task_id) return container;
  return Refusal{Errc::not_found, "no container of task " + task_id};
}

World::World()
    : api{{.images = images,
           .containers = containers,
           .node = node,
           .gateway = [this]() -> std::shared_ptr<Gateway> { return gateway; },
           .clock = clock,
           .rng = rng}} {
  images.images = {image_bb()};
}

void World::found_swarm() {
  gateway = std::make_shared<FakeGateway>();
  node.state_now = {LocalState::Kind::active, true, kNode1, "10.98.0.1", "", kNode1, {}};
  gateway->payloads = {{"worker-digest", "SWMTKN-1-aaa-worker"}, {"manager-digest", "SWMTKN-1-aaa-manager"}};
  Record birth;
  birth.mutable_origin()->set_principal("root (uid 0)");
  birth.mutable_origin()->set_via("Docker-Client/28.2.2");
  birth.mutable_origin()->set_command_kind("FoundCluster");
  *birth.add_events() = founded();
  *birth.add_events() = joined(kNode1, "node1", "10.98.0.1", MANAGER);
  *birth.add_events() = ingress();
  gateway->append(birth);
  gateway->append(ready(kNode1, "10.98.0.1"));
  gateway->append(joined(kNode4, "node4", "10.98.0.4", WORKER));
  gateway->append(ready(kNode4, "10.98.0.4"));

  ServiceSpec web = simple_spec("web", "bb:1");
  web.mutable_replicated()->set_replicas(3);
  PortConfig& port = *web.mutable_endpoint()->add_ports();
  port.set_target_port(80);
  port.set_published_port(18060);
  const std::uint64_t web_version = gateway->append(created(kWeb, web));
  ServiceSpec global = simple_spec("glob", "bb:1");
  global.mutable_global();
  gateway->append(created(kGlobal, global));
  ServiceSpec job = simple_spec("job", "bb:1");
  job.mutable_replicated_job()->set_max_concurrent(1);
  job.mutable_replicated_job()->set_total_completions(4);
  gateway->append(created(kJob, job));

  const std::int64_t since = clock.at.ns - 33 * kSecondNs;
  const std::array<std::pair<const char*, const char*>, 3> tasks{
      {{kTask1, kNode1}, {kTask2, kNode4}, {kTask3, kNode1}}};
  for (std::uint64_t slot = 1; slot <= 3; ++slot) {
    const auto& [task, place] = tasks[slot - 1];
    gateway->append(born(task, kWeb, web_version, slot));
    gateway->append(assigned(task, place, "10.0.0." + std::to_string(10 + slot) + "/24"));
    gateway->append(observed(task, TASK_RUNNING, since));
  }
  containers.containers = {container_of(kTask1, 1, since), container_of(kTask3, 3, since + 1)};
  containers.lines[std::string{"c"} + kTask1] = {{false, WallTime{since}, "out 1\n"},
                                                 {true, WallTime{since}, "err 1\n"}};
  containers.lines[std::string{"c"} + kTask3] = {{false, WallTime{since}, "out 3\n"}};
}

World::Answer World::ask(const std::string& method, const std::string& target, const std::string& body,
                         const Headers& headers) {
  StringBody source{body};
  Request request;
  request.method = method;
  request.target = *parse_target(target);
  request.headers = headers;
  request.peer = {"root (uid 0)", true};
  request.body = &source;
  Response response = api.answer()(request);
  if (!response.stream) return {response.status, response.content_type, response.body};
  StringStream stream;
  auto done = response.stream(stream);
  if (!done && stream.text.empty()) response = error_response(done.refusal());
  return {response.status, response.content_type, stream.text.empty() ? response.body : stream.text};
}

}  // namespace skein

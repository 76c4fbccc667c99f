#include "runtime/api/container_json.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "runtime/api/container_spec_json.h"
#include "runtime/api/enum_names.h"

namespace skein {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

const ContainerSpec& spec_of(const ContainerRecord& container) {
  static const ContainerSpec kNone;
  return container.task ? container.task->spec().container() : kNone;
}

std::string status_text(const ContainerRecord& container, WallTime now) {
  if (container.running) return "Up " + human_duration(now.ns - container.started.ns);
  if (container.started.ns == 0) return "Created";
  return fmt::format("Exited ({}) {} ago", container.exit_code, human_duration(now.ns - container.finished.ns));
}

Json host_ports(const ContainerRecord& container) {
  Json out = Json::array();
  if (!container.task || !container.running) return out;
  for (const PortConfig& port : container.task->endpoint().ports()) {
    if (port.publish_mode() != PortConfig::HOST) continue;
    out.push_back(Json{{"IP", "0.0.0.0"},
                       {"PrivatePort", port.target_port()},
                       {"PublicPort", port.published_port()},
                       {"Type", name_of(port.protocol())}});
  }
  return out;
}

struct Address {
  std::string ip;
  int prefix_length = 0;
};

Address address_of(const TaskNetwork& network) {
  if (network.addresses().empty()) return {};
  const std::string& text = network.addresses(0);
  const std::size_t slash = std::min(text.find('/'), text.size());
  Address address{text.substr(0, slash), 0};
  const std::string_view length = std::string_view{text}.substr(std::min(slash + 1, text.size()));
  std::from_chars(length.data(), length.data() + length.size(), address.prefix_length);
  return address;
}

Json networks_json(const ContainerRecord& container, const NetworkNames& names) {
  Json out = Json::object();
  if (!container.task) return out;
  for (const TaskNetwork& network : container.task->networks()) {
    const auto name = names.find(network.network_id());
    const Address address = address_of(network);
    out[name == names.end() ? network.network_id() : name->second] = Json{{"IPAMConfig", {{"IPv4Address", address.ip}}},
                                                                          {"Links", nullptr},
                                                                          {"Aliases", texts_json(network.aliases())},
                                                                          {"NetworkID", network.network_id()},
                                                                          {"EndpointID", ""},
                                                                          {"Gateway", ""},
                                                                          {"IPAddress", address.ip},
                                                                          {"IPPrefixLen", address.prefix_length},
                                                                          {"MacAddress", ""},
                                                                          {"DriverOpts", nullptr}};
  }
  return out;
}

Json mounts_json(const ContainerRecord& container) {
  Json out = Json::array();
  for (const Mount& mount : container.mounts) {
    Json each{{"Type", name_of(mount.type())}};
    if (mount.type() == Mount::VOLUME) each["Name"] = mount.source();
    each["Source"] = mount.source();
    each["Destination"] = mount.target();
    if (mount.type() == Mount::VOLUME) each["Driver"] = mount.volume_driver().empty() ? "local" : mount.volume_driver();
    each["Mode"] = "";
    each["RW"] = !mount.read_only();
    each["Propagation"] = mount.propagation();
    out.push_back(std::move(each));
  }
  return out;
}

Json state_json(const ContainerRecord& container) {
  return Json{{"Status", state_word(container)},
              {"Running", container.running},
              {"Paused", false},
              {"Restarting", false},
              {"OOMKilled", container.oom_killed},
              {"Dead", false},
              {"Pid", container.pid},
              {"ExitCode", container.exit_code},
              {"Error", container.error},
              {"StartedAt", time_json(container.started.ns)},
              {"FinishedAt", time_json(container.finished.ns)}};
}

Json config_json(const ContainerRecord& container) {
  const ContainerSpec& spec = spec_of(container);
  Json out{{"Hostname", container.hostname},
           {"Domainname", ""},
           {"User", container.user},
           {"AttachStdin", false},
           {"AttachStdout", false},
           {"AttachStderr", false},
           {"Tty", container.tty},
           {"OpenStdin", spec.open_stdin()},
           {"StdinOnce", false},
           {"Env", container.env},
           {"Cmd", texts_json(spec.args())}};
  if (spec.has_healthcheck()) out["Healthcheck"] = health_to_json(spec.healthcheck());
  out["Image"] = container.image;
  out["Volumes"] = nullptr;
  out["WorkingDir"] = container.working_dir;
  out["Entrypoint"] = spec.command().empty() ? Json(nullptr) : texts_json(spec.command());
  out["OnBuild"] = nullptr;
  out["Labels"] = container_labels(container);
  return out;
}

Json host_config_json(const ContainerRecord& container) {
  const ContainerSpec& spec = spec_of(container);
  const Resources limits = container.task ? container.task->spec().resources().limits() : Resources{};
  const std::string driver = container.task ? container.task->spec().log_driver().name() : std::string{};
  Json out{{"LogConfig",
            {{"Type", driver.empty() ? "json-file" : driver},
             {"Config", labels_json(container.task ? container.task->spec().log_driver().options() : Labels{})}}},
           {"NetworkMode", "default"}};
  out["RestartPolicy"] = Json{{"Name", ""}, {"MaximumRetryCount", 0}};
  out["CapAdd"] = spec.cap_add().empty() ? Json(nullptr) : texts_json(spec.cap_add());
  out["CapDrop"] = spec.cap_drop().empty() ? Json(nullptr) : texts_json(spec.cap_drop());
  out["OomScoreAdj"] = spec.oom_score_adj();
  out["ReadonlyRootfs"] = spec.read_only();
  out["Memory"] = limits.memory_bytes();
  out["NanoCpus"] = limits.nano_cpus();
  out["PidsLimit"] = limits.pids() == 0 ? Json(nullptr) : Json(limits.pids());
  for (const Mount& mount : spec.mounts()) out["Mounts"].push_back(mount_to_json(mount));
  if (spec.has_init()) out["Init"] = spec.init();
  return out;
}

Json port_map(const ContainerRecord& container) {
  Json out = Json::object();
  for (const Json& port : host_ports(container)) {
    const std::string key = fmt::format("{}/{}", port["PrivatePort"].get<int>(), port["Type"].get<std::string>());
    out[key] = Json::array({Json{{"HostIp", "0.0.0.0"}, {"HostPort", std::to_string(port["PublicPort"].get<int>())}}});
  }
  return out;
}

std::string command_line(const ContainerRecord& container) {
  std::string line;
  for (const std::string& word : container.argv) line += (line.empty() ? "" : " ") + word;
  return line;
}

}  // namespace

std::string human_duration(std::int64_t ns) {
  const std::int64_t seconds = ns / kSecondNs;
  const std::int64_t minutes = seconds / 60;
  const std::int64_t hours = (ns + 1800 * kSecondNs) / (3600 * kSecondNs);  // rounded, as Docker does
  if (seconds < 1) return "Less than a second";
  if (seconds == 1) return "1 second";
  if (seconds < 60) return fmt::format("{} seconds", seconds);
  if (minutes == 1) return "About a minute";
  if (minutes < 60) return fmt::format("{} minutes", minutes);
  if (hours == 1) return "About an hour";
  if (hours < 48) return fmt::format("{} hours", hours);
  if (hours < 24 * 7 * 2) return fmt::format("{} days", hours / 24);
  if (hours < 24 * 30 * 2) return fmt::format("{} weeks", hours / 24 / 7);
  if (hours < 24 * 365 * 2) return fmt::format("{} months", hours / 24 / 30);
  return fmt::format("{} years", hours / 24 / 365);
}

std::map<std::string, std::string> container_labels(const ContainerRecord& container) {
  std::map<std::string, std::string> labels;
  for (const Label& label : spec_of(container).labels()) labels[label.key()] = label.value();
  if (!container.task) return labels;
  labels["com.docker.swarm.node.id"] = container.task->node_id();
  labels["com.docker.swarm.service.id"] = container.task->service_id();
  labels["com.docker.swarm.service.name"] = container.task->service_name();
  labels["com.docker.swarm.task"] = "";
  labels["com.docker.swarm.task.id"] = container.task_id;
  labels["com.docker.swarm.task.name"] = container.name;
  return labels;
}

std::string state_word(const ContainerRecord& container) {
  if (container.running) return "running";
  return container.started.ns == 0 ? "created" : "exited";
}

Json container_summary(const ContainerRecord& container, WallTime now, const NetworkNames& names) {
  return Json{{"Id", container.id},
              {"Names", Json::array({"/" + container.name})},
              {"Image", container.image},
              {"ImageID", container.image_id},
              {"Command", command_line(container)},
              {"Created", container.created.ns / kSecondNs},
              {"Ports", host_ports(container)},
              {"Labels", container_labels(container)},
              {"State", state_word(container)},
              {"Status", status_text(container, now)},
              {"HostConfig", {{"NetworkMode", "default"}}},
              {"NetworkSettings", {{"Networks", networks_json(container, names)}}},
              {"Mounts", mounts_json(container)}};
}

Json container_to_json(const ContainerRecord& container, const NetworkNames& names) {
  Json out{{"Id", container.id}, {"Created", time_json(container.created.ns)}};
  out["Path"] = container.argv.empty() ? "" : container.argv.front();
  out["Args"] = Json::array();
  for (std::size_t i = 1; i < container.argv.size(); ++i) out["Args"].push_back(container.argv[i]);
  out["State"] = state_json(container);
  out["Image"] = container.image_id;
  out["LogPath"] = container.log_path;
  out["Name"] = "/" + container.name;
  out["RestartCount"] = 0;
  out["Driver"] = "overlay2";
  out["Platform"] = "linux";
  out["ExecIDs"] = nullptr;
  out["HostConfig"] = host_config_json(container);
  out["GraphDriver"] = Json{{"Data", nullptr}, {"Name", "overlay2"}};
  out["Mounts"] = mounts_json(container);
  out["Config"] = config_json(container);
  out["NetworkSettings"] = Json{{"Ports", port_map(container)},
                                {"IPAddress", container.address.substr(0, container.address.find('/'))},
                                {"Networks", networks_json(container, names)}};
  return out;
}

}  // namespace skein

#include "runtime/containers/bundle_builder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "runtime/containers/image_health.h"
#include "runtime/containers/oci_spec.h"
#include "runtime/containers/root_fs.h"

namespace skein {
namespace {

constexpr const char* kInitInside = "/sbin/docker-init";

// com.docker.swarm.*: what tools outside expect on a container of a service (swarm-features.md, section 12).
std::vector<Label> swarm_labels(const AssignedTask& task, const NodeFacts& node) {
  std::vector<Label> out;
  const auto add = [&](const char* key, const std::string& value) {
    Label label;
    label.set_key(key);
    label.set_value(value);
    out.push_back(std::move(label));
  };
  add("com.docker.swarm.node.id", node.id);
  add("com.docker.swarm.service.id", task.service_id());
  add("com.docker.swarm.service.name", task.service_name());
  add("com.docker.swarm.task", "");
  add("com.docker.swarm.task.id", task.id());
  add("com.docker.swarm.task.name", task_name(task));
  return out;
}

Result<void> write_text(const std::string& path, const std::string& text) {
  std::ofstream file{path};
  ::chmod(path.c_str(), 0600);
  file << text << std::flush;
  if (file) return {};
  return Refusal{Errc::fault, "cannot write " + path};
}

// What is kept with the container for years must not hold what was meant for its start only.
AssignedTaskPtr without_secrets(const AssignedTask& task) {
  auto kept = std::make_shared<AssignedTask>(task);
  kept->clear_registry_auth();
  for (auto& file : *kept->mutable_files()) file.clear_data();
  return kept;
}

AccountFiles account_files(const std::string& root) {
  return {read_in_root(root, "/etc/passwd").value_or(""), read_in_root(root, "/etc/group").value_or("")};
}

}  // namespace

Result<void> BundleBuilder::make(const PrepareRequest& request, const Image& image, Container& container) const {
  const auto& spec = request.task->spec();
  auto log = log_settings(spec.log_driver());
  if (!log) return log.refusal();
  container.log = *log;
  auto process = plan_process(*request.task, image.config, container.record.id, settings_.node);
  if (!process) return process.refusal();
  container.stop_signal = signal_number(process->stop_signal);
  if (container.stop_signal == 0) return Refusal{Errc::invalid, "Invalid signal: " + process->stop_signal};
  const auto layers = images_.layers(image.id);
  if (!layers) return layers.refusal();
  if (auto mounted = mount_root(container.dir, *layers); !mounted) return mounted;
  auto mounts = plan_mounts({request, image.config, *process, settings_.node, container.dir}, volumes_);
  if (!mounts) return mounts.refusal();
  container.anonymous_volumes = mounts->anonymous_volumes;
  container.record.mounts = mounts->shown;
  fill_record(request, image, *process, container);
  if (auto added = add_init(spec.container(), *process, *mounts); !added) return added;
  return write_config(request, *process, *mounts, container);
}

Result<void> BundleBuilder::add_init(const ContainerSpec& spec, ProcessPlan& process, MountPlan& mounts) const {
  if (!spec.init()) return {};
  if (settings_.init_path.empty()) {
    return Refusal{Errc::failed_precondition, "no init program on this node: install tini or catatonit"};
  }
  mounts.oci.push_back({kInitInside, "bind", settings_.init_path, {"bind", "ro"}});
  process.argv.insert(process.argv.begin(), {kInitInside, "--"});
  return {};
}

Result<void> BundleBuilder::write_config(const PrepareRequest& request, ProcessPlan& process, const MountPlan& mounts,
                                         Container& container) const {
  const auto root = container.dir + "/merged";
  const auto& groups = request.task->spec().container().groups();
  auto user = resolve_user(process.user, {groups.begin(), groups.end()}, account_files(root));
  if (!user)
    container.start_error = user.refusal().text;
  else if (auto made = make_dirs_in_root(root, process.working_dir, user->uid, user->gid); !made) {
    container.start_error = made.refusal().text;
  }
  if (!container.start_error.empty()) return {};
  add_home(process.env, user->home);
  container.record.env = process.env;
  const auto config = oci_spec({.task = *request.task,
                                .process = process,
                                .user = *user,
                                .mounts = mounts.oci,
                                .root = root,
                                .cgroups_path = cgroups_.path_of(container.record.id),
                                .netns_path = container.netns_for_crun,
                                .swap_accounting = cgroups_.swap_accounting(),
                                .private_cgroups = cgroups_.mode() == CgroupMode::v2,
                                .default_ulimits = settings_.default_ulimits,
                                .annotations = swarm_labels(*request.task, settings_.node)});
  if (!config) return config.refusal();
  return write_text(container.dir + "/config.json",
                    config->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void BundleBuilder::fill_record(const PrepareRequest& request, const Image& image, const ProcessPlan& process,
                                Container& container) const {
  auto& record = container.record;
  const auto& spec = request.task->spec().container();
  record.name = task_name(*request.task);
  record.task_id = request.task->id();
  record.task = without_secrets(*request.task);
  record.image = spec.image();
  record.image_id = image.id;
  record.argv = process.argv;
  record.env = process.env;
  record.working_dir = process.working_dir;
  record.user = process.user;
  record.hostname = process.hostname;
  record.tty = spec.tty();
  record.address = request.address;
  if (container.log.kept()) record.log_path = container.dir + "/" + record.id + "-json.log";
  container.netns_path = request.netns_path;
  container.image_health = parse_image_health(image.config.healthcheck_json);
}

void BundleBuilder::discard(const std::string& dir, const std::vector<std::string>& anonymous_volumes) const {
  unmount_root(dir);
  unmount_files(dir);
  for (const auto& name : anonymous_volumes) volumes_.remove(name);
  std::error_code ignored;
  std::filesystem::remove_all(dir, ignored);  // last: with it goes the record that names all the rest
}

}  // namespace skein

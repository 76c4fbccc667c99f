#include "runtime/containers/mounts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "runtime/containers/etc_files.h"
#include "runtime/containers/random_hex.h"
#include "runtime/containers/root_fs.h"

namespace skein {
namespace {

namespace fs = std::filesystem;
using Options = std::vector<std::string>;

std::vector<OciMount> standard_mounts() {
  return {
      {"/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}},
      {"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}},
      {"/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}},
      {"/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=67108864"}},
      {"/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}},
      {"/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}},
      {"/sys/fs/cgroup", "cgroup", "cgroup", {"ro", "nosuid", "noexec", "nodev", "relatime"}},
  };
}

void put(std::vector<OciMount>& mounts, OciMount mount) {
  std::erase_if(mounts, [&](const auto& each) { return each.destination == mount.destination; });
  mounts.push_back(std::move(mount));
}

Refusal bad_mount(const std::string& type, const std::string& why) {
  return {Errc::invalid, "invalid mount config for type \"" + type + "\": " + why};
}

Result<OciMount> bind_mount(const Mount& mount) {
  if (!fs::path{mount.source()}.is_absolute()) {
    return bad_mount("bind", "invalid mount path: '" + mount.source() + "' mount path must be absolute");
  }
  std::error_code error;
  if (!fs::exists(mount.source(), error)) {
    if (!mount.create_mountpoint()) return bad_mount("bind", "bind source path does not exist: " + mount.source());
    fs::create_directories(mount.source(), error);
    if (error) return bad_mount("bind", "cannot make " + mount.source() + ": " + error.message());
  }
  Options options{mount.non_recursive() ? "bind" : "rbind"};
  options.push_back(mount.propagation().empty() ? "rprivate" : mount.propagation());
  if (mount.read_only()) options.emplace_back("ro");
  return OciMount{mount.target(), "bind", mount.source(), options};
}

OciMount tmpfs_mount(const Mount& mount) {
  Options options{"noexec", "nosuid", "nodev", "rprivate"};
  if (mount.tmpfs_size_bytes() > 0) options.push_back("size=" + std::to_string(mount.tmpfs_size_bytes()));
  if (mount.tmpfs_mode() != 0) {
    options.push_back(fmt::format("mode={:o}", mount.tmpfs_mode()));
  }
  if (mount.read_only()) options.emplace_back("ro");
  return {mount.target(), "tmpfs", "tmpfs", options};
}

// A directory or file inside a volume. Its links are resolved inside the volume only.
Result<std::string> volume_subpath(const std::string& data_dir, const std::string& subpath) {
  const auto inside = open_in_root(data_dir, subpath, O_PATH);
  std::error_code error;
  const auto real = fs::read_symlink("/proc/self/fd/" + std::to_string(inside.get()), error);
  if (!inside || error) return bad_mount("volume", "cannot access path " + subpath + ": no such file or directory");
  return real.string();
}

class Planner {
 public:
  Planner(const MountInput& input, Volumes& volumes) : input_{input}, volumes_{volumes} {}

  Result<MountPlan> run() {
    plan_.oci = standard_mounts();
    for (const auto& typed : input_.request.task->spec().container().mounts()) {
      if (auto added = add_spec_mount(typed); !added) return added.refusal();
    }
    for (const auto& target : input_.image.volumes) {
      if (auto added = add_image_volume(target); !added) return added.refusal();
    }
    if (auto added = add_etc_files(); !added) return added.refusal();
    if (auto added = add_task_files(); !added) return added.refusal();
    const auto depth = [](const OciMount& m) { return std::count(m.destination.begin(), m.destination.end(), '/'); };
    std::stable_sort(plan_.oci.begin(), plan_.oci.end(),
                     [&](const auto& a, const auto& b) { return depth(a) < depth(b); });
    return std::move(plan_);
  }

 private:
  // Templates may stand in source and target (swarm-features.md, section 12).
  Result<Mount> expanded(const Mount& typed) {
    Mount mount = typed;
    const auto source = expand_template(typed.source(), *input_.request.task, input_.node);
    if (!source) return source.refusal();
    const auto target = expand_template(typed.target(), *input_.request.task, input_.node);
    if (!target) return target.refusal();
    mount.set_source(*source);
    mount.set_target(fs::path{*target}.lexically_normal().string());
    return mount;
  }

  Result<void> add_spec_mount(const Mount& typed) {
    auto mount = expanded(typed);
    if (!mount) return mount.refusal();
    switch (mount->type()) {
      case Mount::BIND: {
        auto bind = bind_mount(*mount);
        if (!bind) return bind.refusal();
        put(plan_.oci, std::move(*bind));
        break;
      }
      case Mount::VOLUME:
        return add_volume(std::move(*mount));
      case Mount::TMPFS:
        put(plan_.oci, tmpfs_mount(*mount));
        break;
      default:
        return Refusal{Errc::invalid,
                       "mount type unknown or not supported on this node: " + Mount::Type_Name(mount->type())};
    }
    plan_.shown.push_back(std::move(*mount));
    return {};
  }

  Result<void> add_volume(Mount mount) {
    if (mount.source().empty()) {
      mount.set_source(random_hex(64));
      plan_.anonymous_volumes.push_back(mount.source());
    }
    auto data = volumes_.ensure(mount);
    if (!data) return data.refusal();
    if (!mount.no_copy()) {
      auto copied = volumes_.copy_up(*data, input_.dir + "/merged", mount.target());
      if (!copied) return copied;
    }
    if (!mount.volume_subpath().empty()) {
      data = volume_subpath(*data, mount.volume_subpath());
      if (!data) return data.refusal();
    }
    Options options{"rbind", "rprivate"};
    if (mount.read_only()) options.emplace_back("ro");
    put(plan_.oci, {mount.target(), "bind", *data, options});
    plan_.shown.push_back(std::move(mount));
    return {};
  }

  Result<void> add_image_volume(const std::string& target) {
    const auto normal = fs::path{target}.lexically_normal().string();
    const auto taken = [&](const Mount& each) { return each.target() == normal; };
    if (std::any_of(plan_.shown.begin(), plan_.shown.end(), taken)) return {};
    Mount mount;
    mount.set_type(Mount::VOLUME);
    mount.set_target(normal);
    return add_volume(std::move(mount));
  }

  Result<void> add_etc_files() {
    const auto written = write_etc_files(input_.request, input_.process.hostname, input_.dir);
    if (!written) return written;
    for (const char* name : {"hosts", "hostname", "resolv.conf"}) {
      const auto destination = std::string{"/etc/"} + name;
      const auto taken = [&](const auto& each) { return each.destination == destination; };
      if (std::any_of(plan_.oci.begin(), plan_.oci.end(), taken)) continue;
      put(plan_.oci, {destination, "bind", input_.dir + "/" + name, {"rbind", "rprivate"}});
    }
    return {};
  }

  Result<void> add_task_files() {
    const auto sources = write_task_files(input_.request.files, input_.dir + "/files");
    if (!sources) return sources.refusal();
    for (std::size_t n = 0; n < sources->size(); ++n) {
      const auto& path = input_.request.files[n].path;
      put(plan_.oci, {path, "bind", (*sources)[n], {"rbind", "rprivate", "ro", "nosuid", "nodev", "noexec"}});
    }
    return {};
  }

  const MountInput& input_;
  Volumes& volumes_;
  MountPlan plan_;
};

}  // namespace

Result<MountPlan> plan_mounts(const MountInput& input, Volumes& volumes) { return Planner{input, volumes}.run(); }

void unmount_files(const std::string& dir) { ::umount2((dir + "/files").c_str(), MNT_DETACH | UMOUNT_NOFOLLOW); }

}  // namespace skein

#include "runtime/api/container_spec_json.h"
#include "runtime/api/enum_names.h"

namespace skein {
namespace {

void read_propagation(const JsonReader& bind, Mount& mount) {
  const std::string propagation = bind.text("Propagation");
  for (const char* known : {"", "rprivate", "private", "rshared", "shared", "rslave", "slave"})
    if (propagation == known) return mount.set_propagation(propagation);
  bind.complain("invalid MountPropagation: \"" + propagation + "\"");
}

void read_bind(const JsonReader& from, Mount& mount) {
  mount.set_has_bind_options(from.has("BindOptions"));
  const JsonReader bind = from.object("BindOptions");
  read_propagation(bind, mount);
  mount.set_non_recursive(bind.flag("NonRecursive"));
  mount.set_create_mountpoint(bind.flag("CreateMountpoint"));
}

void read_volume(const JsonReader& from, Mount& mount) {
  mount.set_has_volume_options(from.has("VolumeOptions"));
  const JsonReader volume = from.object("VolumeOptions");
  mount.set_no_copy(volume.flag("NoCopy"));
  volume.labels("Labels", mount.mutable_volume_labels());
  mount.set_volume_subpath(volume.text("Subpath"));
  const JsonReader driver = volume.object("DriverConfig");
  mount.set_volume_driver(driver.text("Name"));
  driver.labels("Options", mount.mutable_volume_options());
}

void read_tmpfs(const JsonReader& from, Mount& mount) {
  mount.set_has_tmpfs_options(from.has("TmpfsOptions"));
  const JsonReader tmpfs = from.object("TmpfsOptions");
  mount.set_tmpfs_size_bytes(tmpfs.integer("SizeBytes"));
  mount.set_tmpfs_mode(tmpfs.natural32("Mode"));
}

Json bind_options(const Mount& mount) {
  Json out = Json::object();
  put(out, "Propagation", mount.propagation());
  put(out, "NonRecursive", mount.non_recursive());
  put(out, "CreateMountpoint", mount.create_mountpoint());
  return out;
}

Json volume_options(const Mount& mount) {
  Json out = Json::object();
  put(out, "NoCopy", mount.no_copy());
  put(out, "Labels", mount.volume_labels());
  put(out, "Subpath", mount.volume_subpath());
  if (mount.volume_driver().empty() && mount.volume_options().empty()) return out;
  Json driver = Json::object();
  put(driver, "Name", mount.volume_driver());
  put(driver, "Options", mount.volume_options());
  out["DriverConfig"] = std::move(driver);
  return out;
}

Json tmpfs_options(const Mount& mount) {
  Json out = Json::object();
  put(out, "SizeBytes", mount.tmpfs_size_bytes());
  put(out, "Mode", std::uint64_t{mount.tmpfs_mode()});
  return out;
}

}  // namespace

Mount mount_from_json(const JsonReader& from) {
  Mount mount;
  mount.set_type(read_mount_type(from, "Type"));
  mount.set_source(from.text("Source"));
  mount.set_target(from.text("Target"));
  mount.set_read_only(from.flag("ReadOnly"));
  mount.set_consistency(from.text("Consistency"));
  read_bind(from, mount);
  read_volume(from, mount);
  read_tmpfs(from, mount);
  return mount;
}

Json mount_to_json(const Mount& mount) {
  Json out{{"Type", name_of(mount.type())}};
  put(out, "Source", mount.source());
  put(out, "Target", mount.target());
  put(out, "ReadOnly", mount.read_only());
  put(out, "Consistency", mount.consistency());
  if (mount.has_bind_options()) out["BindOptions"] = bind_options(mount);
  if (mount.has_volume_options()) out["VolumeOptions"] = volume_options(mount);
  if (mount.has_tmpfs_options()) out["TmpfsOptions"] = tmpfs_options(mount);
  return out;
}

}  // namespace skein

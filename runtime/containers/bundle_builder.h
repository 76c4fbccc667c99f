// BundleBuilder: from a task and its image to a directory that crun can create a container from, and back to nothing.
//
// Is: root file system, volumes, files, config.json, in this order; and taking all of it down again. Is not: running.
// Two kinds of trouble, told apart because Docker tells them at different moments: a refusal of make() rejects the
// task; `start_error` is kept until it is started (a user or program that the image does not have).
// Threads: one container, one thread (a pool's; see root_fs.h).
#pragma once
#include <string>
#include <vector>

#include "runtime/containers/cgroups.h"
#include "runtime/containers/container.h"
#include "runtime/containers/mounts.h"
#include "runtime/containers/process_plan.h"
#include "runtime/containers/templates.h"
#include "runtime/containers/volumes.h"
#include "runtime/images/image_store.h"

namespace skein {

struct BundleSettings {
  NodeFacts node;
  std::vector<Ulimit> default_ulimits;
  std::string init_path;  // of docker-init's like; empty: there is none
};

class BundleBuilder {
 public:
  BundleBuilder(BundleSettings settings, const ImageStore& images, const Cgroups& cgroups, Volumes& volumes)
      : settings_{std::move(settings)}, images_{images}, cgroups_{cgroups}, volumes_{volumes} {}

  // Fills a container whose id and dir are set; dir exists. On a refusal the caller calls discard().
  Result<void> make(const PrepareRequest& request, const Image& image, Container& container) const;
  // Unmounts and deletes; also for what make() left unfinished.
  void discard(const std::string& dir, const std::vector<std::string>& anonymous_volumes) const;

 private:
  Result<void> add_init(const ContainerSpec& spec, ProcessPlan& process, MountPlan& mounts) const;
  Result<void> write_config(const PrepareRequest& request, ProcessPlan& process, const MountPlan& mounts,
                            Container& container) const;
  void fill_record(const PrepareRequest& request, const Image& image, const ProcessPlan& process,
                   Container& container) const;

  const BundleSettings settings_;
  const ImageStore& images_;
  const Cgroups& cgroups_;
  Volumes& volumes_;
};

}  // namespace skein

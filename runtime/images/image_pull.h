// ImagePull: `docker pull` of one reference into the store.
//
// Is: manifest, platform, configuration, then up to three layers at once downloaded while finished ones are unpacked in
// order by the calling thread. Is not: the registry's protocol (registry_client.h) or sharing (shared_pulls.h).
// Progress: moby's lines in moby's order (distribution/pull_v2.go, xfer/download.go); nothing is told before the
// registry has answered with a manifest, so early refusals can still become a status code. Invariants: downloads have
// ended when run() returns. Threads: one owner; tells progress one line at a time.
#pragma once
#include <string>

#include "events/base/result.h"
#include "runtime/images/content.h"
#include "runtime/images/image_store.h"
#include "runtime/images/registry_client.h"

namespace skein::images {

struct PullWanted {
  RegistryAccess access;  // with the reference
  Platform platform;
};

class ImagePull {
 public:
  ImagePull(Content& content, PullWanted wanted, Progress progress);
  Result<std::string> run();  // image id

 private:
  Result<ServedManifest> chosen(const ServedManifest& top);  // of an index, the platform's manifest
  Result<void> fetch(const ServedManifest& image);
  Result<std::string> configuration(const Descriptor& described);
  Result<void> fetch_layers(const Manifest& manifest, const ImageDocument& document);
  Result<std::string> record(const ServedManifest& top, const ServedManifest& image);

  Content& content_;
  PullWanted wanted_;
  Progress progress_;
  RegistryClient registry_;
  Lease lease_;
};

}  // namespace skein::images

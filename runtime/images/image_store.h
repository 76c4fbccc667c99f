// ImageStore: the images on this machine. Content-addressed blobs, unpacked layers, names.
//
// Is: load, import, tag, list, inspect, remove, pull; layers ready for overlayfs. Is not: containers
// (runtime/containers mount the layers), scheduling of pulls (the caller's thread does the work; two pulls of one image
// share it). Layout under <data-root>/image: blobs/sha256/<hex> (manifests, configs), layers/<chain id>/ (unpacked
// diffs with overlayfs whiteouts), references.json (names -> image id), tmp/ (archives and layers half done), lock (one
// process at a time). Writes are atomic (rename, fsync): a kill -9 at any moment leaves either the old or the new
// state, and stray temporaries are removed on open. Source: OCI image-spec 1.0 (layer chain ids, whiteouts), Docker
// image-spec v1.2 (docker-archive), OCI distribution-spec 1.0 (pull). Digests of everything downloaded or loaded are
// verified. Threads: any at once.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "events/base/result.h"

namespace skein {

// An OCI image configuration, what a container needs of it.
struct ImageConfig {
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::vector<std::string> env;
  std::string user;
  std::string working_dir;
  std::string stop_signal;
  std::vector<std::string> volumes;
  std::vector<std::string> exposed_ports;                   // "80/tcp"
  std::vector<std::pair<std::string, std::string>> labels;  // sorted
  std::string healthcheck_json;                             // Docker's Healthcheck object, or empty
};

struct Image {
  std::string id;                    // "sha256:<hex>": digest of the config
  std::vector<std::string> tags;     // "whoami:latest", familiar form, sorted
  std::vector<std::string> digests;  // "whoami@sha256:..."
  std::int64_t created_s = 0;        // Unix seconds
  std::string created;               // as in the config, RFC 3339
  std::uint64_t size_bytes = 0;      // of the unpacked layers
  std::string architecture, os, variant, author, comment;
  ImageConfig config;
  std::vector<std::string> diff_ids;  // bottom first
};

// Where one line of progress goes: Docker's jsonmessage objects (engine-api.md 4.4), one call a line.
using Progress = std::function<void(const nlohmann::json& line)>;
// Gives the next bytes of an upload; 0 at the end. An error ends the operation.
using ByteSource = std::function<Result<std::size_t>(char* into, std::size_t size_max)>;

struct RegistryCredentials {
  std::string username, password, identity_token, registry_token;
};
// Decodes an X-Registry-Auth header (base64url JSON); empty text: anonymous.
Result<RegistryCredentials> parse_registry_auth(const std::string& header);

struct PullRequest {
  std::string reference;  // "name", "name:tag", "host:port/name@sha256:..."
  std::string platform;   // "linux/amd64"; empty: this machine's
  RegistryCredentials credentials;
};

// What a registry says of a reference, for GET /distribution.
struct Distribution {
  std::string media_type, digest;
  std::uint64_t size = 0;
  std::vector<std::pair<std::string, std::string>> platforms;  // architecture, os
};

struct RemovedImage {
  std::vector<std::string> untagged, deleted;
};

class ImageStore {
 public:
  struct Options {
    std::string root;                              // <data-root>/image
    std::vector<std::string> insecure_registries;  // host:port or CIDR; loopback always is
    std::uint32_t registry_silence_s = 30;         // a registry that sends nothing for so long has failed
  };
  virtual ~ImageStore() = default;
  static Result<std::unique_ptr<ImageStore>> open(Options options);

  virtual std::vector<Image> list() const = 0;
  // By name, name:tag, name@digest, id or unique id prefix. not_found: "No such image: x".
  virtual Result<Image> find(const std::string& reference) const = 0;
  virtual Result<nlohmann::json> history(const std::string& reference) const = 0;  // GET /images/x/history

  virtual Result<void> load(const ByteSource& archive,
                            const Progress& progress) = 0;  // docker-archive or OCI, maybe gzip/zstd
  virtual Result<std::string> import(const ByteSource& archive, const std::string& repository, const std::string& tag,
                                     const std::vector<std::string>& changes,
                                     const std::string& message) = 0;  // image id
  virtual Result<void> tag(const std::string& reference, const std::string& repository, const std::string& tag) = 0;
  // `in_use`: says which container uses an image id ("" if none); such an image is refused (Errc::conflict) unless
  // forced.
  virtual Result<RemovedImage> remove(const std::string& reference, bool force,
                                      const std::function<std::string(const std::string& image_id)>& in_use) = 0;
  virtual Result<std::string> pull(const PullRequest& request, const Progress& progress) = 0;  // image id
  virtual Result<Distribution> distribution(const PullRequest& request) = 0;

  // Unpacked layer directories, bottom first, for overlayfs. A missing layer is Errc::fault naming it.
  virtual Result<std::vector<std::string>> layers(const std::string& image_id) const = 0;
};

// "whoami" -> "docker.io/library/whoami:latest"; refuses what is not a reference with Docker's text.
Result<std::string> normalized_reference(const std::string& typed);
// The other way: "docker.io/library/whoami:latest" -> "whoami:latest".
std::string familiar_reference(const std::string& normalized);

}  // namespace skein

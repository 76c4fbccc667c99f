// RegistryClient: one repository of one registry, for reading (OCI distribution-spec 1.0, "Pull").
//
// Is: GET /v2/, basic and bearer authorization, manifests and blobs, verified; retries with a bounded count; downloads
// go on where a connection broke (Range). Is not: what to do with them (image_pull.h). Invariants: what is returned has
// the digest it was asked by; credentials go to the registry and to the token service it names, never over plain http
// unless the registry itself is plain http; they are blotted out of every refusal. Threads: any, each with its own
// HttpFetch. Errors: registry_errors.h; unavailable for the network.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "events/base/result.h"
#include "runtime/images/http_fetch.h"
#include "runtime/images/image_store.h"
#include "runtime/images/manifest.h"
#include "runtime/images/reference.h"
#include "runtime/images/registry_auth.h"

namespace skein::images {

struct RegistryAccess {
  Reference reference;
  RegistryCredentials credentials;
  bool insecure = false;
  std::uint32_t silence_s = 30;
};

struct ServedManifest {
  std::string bytes, digest;
  Manifest manifest;
};

class RegistryClient {
 public:
  explicit RegistryClient(RegistryAccess access);
  Result<void> connect();  // first; finds the scheme and what authorization is asked for

  Result<ServedManifest> manifest(const std::string& tag_or_digest);
  Result<std::string> small_blob(const Descriptor& described);  // whole, at most 8 MiB
  // Into `file`, flushed. `moved` hears how many bytes are there and may refuse to go on.
  using Moved = std::function<Result<void>(std::uint64_t bytes)>;
  Result<void> blob(HttpFetch& fetch, const Descriptor& described, const std::string& file, const Moved& moved);

 private:
  struct Download;
  Result<HttpReply> ping(const std::string& base);
  Result<HttpReply> get(HttpFetch& fetch, HttpRequest request);
  Result<HttpReply> get_retrying(HttpRequest request);
  Result<std::string> authorization(HttpFetch& fetch, const std::string& url);
  Result<std::string> token(HttpFetch& fetch);
  HttpRequest token_request() const;
  Refusal scrubbed(Refusal refusal) const;
  std::string url(const char* kind, const std::string& what) const;

  RegistryAccess access_;
  HttpFetch fetch_;
  std::string base_;  // "https://host:port"
  std::mutex mutex_;  // guards what follows
  std::optional<Challenge> challenge_;
  std::string token_;
};

}  // namespace skein::images

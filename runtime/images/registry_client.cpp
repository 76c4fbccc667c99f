#include "runtime/images/registry_client.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "runtime/images/digest.h"
#include "runtime/images/files.h"
#include "runtime/images/json_read.h"
#include "runtime/images/registry_errors.h"

namespace skein::images {
namespace {

constexpr int kTriesMax = 5;
constexpr int kResumesMax = 100;  // in all, also if each brought something
constexpr const char* kAccept =
    "Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

bool is_worth_a_retry(long status) { return status == 408 || status == 429 || status >= 500; }

void pause_before(int next_try) { std::this_thread::sleep_for(std::chrono::milliseconds{100 << next_try}); }

// Docker Hub's name is not where its registry is.
std::string api_host(const std::string& domain) { return domain == "docker.io" ? "registry-1.docker.io" : domain; }

std::optional<Challenge> challenge_in(const HttpReply& reply) {
  std::optional<Challenge> basic;
  const auto [from, to] = reply.headers.equal_range("www-authenticate");
  for (auto at = from; at != to; ++at) {
    auto challenge = parse_challenge(at->second);
    if (challenge && challenge->scheme == "bearer") return challenge;
    if (challenge && challenge->scheme == "basic") basic = challenge;
  }
  return basic;
}

void blot_out(std::string& text, const std::string& secret) {
  if (secret.size() < 4) return;  // too short to be told from ordinary words
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
    text.replace(at, secret.size(), "***");
  }
}

}  // namespace

// A blob on its way into a file: what is there, its hash, and what an answer to a Range means.
struct RegistryClient::Download {
  const Descriptor& described;
  const std::string& path;
  const Moved& moved;
  Fd file;
  Sha256 hash;
  std::uint64_t have = 0;
  bool answered = false;  // the current answer has been looked at

  Refusal wrong() const {
    return {Errc::invalid, "filesystem layer verification failed for digest " + described.digest};
  }

  Result<void> begin(const HttpReply& head) {
    answered = true;
    if (head.status == 206) {
      const bool fits = head.header("content-range").starts_with("bytes " + std::to_string(have) + "-");
      return fits ? Result<void>{} : Refusal{Errc::invalid, "the registry sent another range than asked for"};
    }
    have = 0;  // it does not know ranges: from the beginning
    hash = Sha256{};
    if (::ftruncate(file.get(), 0) != 0 || ::lseek(file.get(), 0, SEEK_SET) != 0)
      return disk_fault("truncate " + path, errno);
    return {};
  }

  Result<void> take(const HttpReply& head, std::string_view bytes) {
    if (!answered) {
      if (auto r = begin(head); !r) return r;
    }
    if (have + bytes.size() > described.size) return wrong();
    if (auto r = write_all(file.get(), bytes, path); !r) return r;
    hash.update(bytes);
    have += bytes.size();
    return moved ? moved(have) : Result<void>{};
  }
};

RegistryClient::RegistryClient(RegistryAccess access) : access_{std::move(access)}, fetch_{access_.silence_s} {}

std::string RegistryClient::url(const char* kind, const std::string& what) const {
  return base_ + "/v2/" + access_.reference.path + "/" + kind + "/" + what;
}

// A registry that repeats what it was sent must not bring it into our logs.
Refusal RegistryClient::scrubbed(Refusal refusal) const {
  const auto& own = access_.credentials;
  const std::string basic = basic_authorization(own);
  blot_out(refusal.text, own.password);
  blot_out(refusal.text, own.identity_token);
  blot_out(refusal.text, own.registry_token);
  if (!basic.empty()) blot_out(refusal.text, basic.substr(6));
  return refusal;
}

Result<HttpReply> RegistryClient::ping(const std::string& base) {
  HttpRequest request;
  request.url = base + "/v2/";
  request.allow_http = access_.insecure;
  return fetch_.run(request);
}

Result<void> RegistryClient::connect() {
  const std::string host = api_host(access_.reference.domain);
  base_ = "https://" + host;
  auto reply = ping(base_);
  if (!reply && reply.refusal().code == Errc::unavailable && access_.insecure) {
    base_ = "http://" + host;
    reply = ping(base_);
  }
  if (!reply) return scrubbed(reply.refusal());
  if (reply->status != 200 && reply->status != 401) {
    return Refusal{Errc::fault, "Get \"" + shown_url(base_ + "/v2/") +
                                    "\": received unexpected HTTP status: " + std::to_string(reply->status)};
  }
  if (reply->status == 401) challenge_ = challenge_in(*reply);
  return {};
}

Result<std::string> RegistryClient::authorization(HttpFetch& fetch, const std::string& url) {
  const std::lock_guard lock{mutex_};
  if (!challenge_) return std::string{};
  if (!access_.credentials.registry_token.empty()) return "Bearer " + access_.credentials.registry_token;
  if (challenge_->scheme == "basic") {
    const std::string basic = basic_authorization(access_.credentials);
    if (!basic.empty()) return basic;
    return Refusal{Errc::unauthenticated, "Get \"" + shown_url(url) + "\": no basic auth credentials"};
  }
  if (token_.empty()) {
    auto fresh = token(fetch);
    if (!fresh) return scrubbed(fresh.refusal());
    token_ = *std::move(fresh);
  }
  return "Bearer " + token_;
}

HttpRequest RegistryClient::token_request() const {
  const auto& own = access_.credentials;
  const std::string realm = challenge_->at("realm");
  const bool may_tell = realm.starts_with("https://") || base_.starts_with("http://");
  const std::string scope = "repository:" + access_.reference.path + ":pull";
  std::string query = "service=" + percent_encode(challenge_->at("service")) + "&scope=" + percent_encode(scope);
  HttpRequest request;
  request.allow_http = access_.insecure;
  request.url = realm;
  if (may_tell && !own.identity_token.empty()) {
    request.form =
        "grant_type=refresh_token&client_id=skein&refresh_token=" + percent_encode(own.identity_token) + "&" + query;
    return request;
  }
  if (may_tell) request.authorization = basic_authorization(own);
  if (!request.authorization.empty()) query = "account=" + percent_encode(own.username) + "&" + query;
  request.url += (realm.find('?') == std::string::npos ? "?" : "&") + query;
  return request;
}

// distribution-spec's "Token Authentication Specification" and its OAuth2 form.
Result<std::string> RegistryClient::token(HttpFetch& fetch) {
  if (origin_of(challenge_->at("realm")).empty()) {
    return Refusal{Errc::invalid, "the registry's challenge names no token service"};
  }
  auto reply = fetch.run(token_request());
  if (!reply) return reply.refusal();
  if (reply->status != 200) return registry_refusal(*reply, access_.reference);
  const auto body = parse_json(reply->body);
  std::string token = text_at(body, "token");
  if (token.empty()) token = text_at(body, "access_token");
  if (token.empty()) return Refusal{Errc::fault, "authorization server did not include a token in the response"};
  return token;
}

// With a new token once, if the one at hand has run out.
Result<HttpReply> RegistryClient::get(HttpFetch& fetch, HttpRequest request) {
  request.allow_http = access_.insecure;
  for (bool again = false;; again = true) {
    auto value = authorization(fetch, request.url);
    if (!value) return value.refusal();
    request.authorization = *value;
    auto reply = fetch.run(request);
    if (!reply) return scrubbed(reply.refusal());
    const std::lock_guard lock{mutex_};
    const bool ran_out = reply->status == 401 && challenge_ && challenge_->scheme == "bearer" && !token_.empty();
    if (again || !ran_out) return reply;
    if (*value == "Bearer " + token_) token_.clear();
  }
}

Result<HttpReply> RegistryClient::get_retrying(HttpRequest request) {
  for (int tries = 1;; ++tries) {
    auto reply = get(fetch_, request);
    const bool retry = reply ? is_worth_a_retry(reply->status) : reply.refusal().code == Errc::unavailable;
    if (!retry || tries == kTriesMax) return reply;
    pause_before(tries);
  }
}

Result<ServedManifest> RegistryClient::manifest(const std::string& tag_or_digest) {
  HttpRequest request;
  request.url = url("manifests", tag_or_digest);
  request.headers = {kAccept};
  auto reply = get_retrying(std::move(request));
  if (!reply) return reply.refusal();
  if (reply->status != 200) return scrubbed(registry_refusal(*reply, access_.reference));
  ServedManifest served{std::move(reply->body), {}, {}};
  served.digest = sha256_of(served.bytes);
  const std::string said = reply->header("docker-content-digest");
  const bool asked_otherwise = is_sha256(tag_or_digest) && served.digest != tag_or_digest;
  if (asked_otherwise || (is_sha256(said) && said != served.digest)) {
    return Refusal{Errc::invalid,
                   "manifest verification failed for digest " + (asked_otherwise ? tag_or_digest : said)};
  }
  auto manifest = parse_manifest(served.bytes, reply->header("content-type"));
  if (!manifest) return manifest.refusal();
  served.manifest = *std::move(manifest);
  return served;
}

Result<std::string> RegistryClient::small_blob(const Descriptor& described) {
  HttpRequest request;
  request.url = url("blobs", described.digest);
  auto reply = get_retrying(std::move(request));
  if (!reply) return reply.refusal();
  if (reply->status != 200) return scrubbed(registry_refusal(*reply, access_.reference));
  if (sha256_of(reply->body) != described.digest) {
    return Refusal{Errc::invalid, "image config verification failed for digest " + described.digest};
  }
  return std::move(reply->body);
}

Result<void> RegistryClient::blob(HttpFetch& fetch, const Descriptor& described, const std::string& file,
                                  const Moved& moved) {
  auto fd = open_file(file, O_WRONLY | O_CREAT | O_TRUNC);
  if (!fd) return fd.refusal();
  Download download{described, file, moved, *std::move(fd), {}, 0, false};
  HttpRequest request;
  request.url = url("blobs", described.digest);
  request.sink = [&](const HttpReply& head, std::string_view bytes) { return download.take(head, bytes); };
  int tries = 0;
  for (int resumes = 0; download.have < described.size || resumes == 0; ++resumes) {
    const std::uint64_t before = download.have;
    download.answered = false;
    request.from = before;
    auto reply = get(fetch, request);
    const bool broke = !reply && reply.refusal().code == Errc::unavailable;
    if (!reply && !broke) return reply.refusal();
    if (reply && !is_worth_a_retry(reply->status) && reply->status != 200 && reply->status != 206) {
      return scrubbed(registry_refusal(*reply, access_.reference));
    }
    const bool done = reply && download.have == described.size && (reply->status == 200 || reply->status == 206);
    if (done) break;
    tries = download.have > before ? 1 : tries + 1;
    if (tries == kTriesMax || resumes == kResumesMax) {
      return broke ? reply.refusal()
                   : Refusal{Errc::unavailable, "Get \"" + shown_url(request.url) + "\": unexpected EOF"};
    }
    pause_before(tries);
  }
  if (download.hash.digest() != described.digest) return download.wrong();
  return sync_file(download.file.get(), file);
}

}  // namespace skein::images
